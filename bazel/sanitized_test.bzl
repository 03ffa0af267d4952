# SPDX-License-Identifier: Apache-2.0
"""A test that runs under AddressSanitizer and UndefinedBehaviorSanitizer in every build, including a plain one."""

_COPTS = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
    "-O1",
]
_LINKOPTS = ["-fsanitize=address,undefined"]

_COPT = "//command_line_option:copt"
_LINKOPT = "//command_line_option:linkopt"
_MALLOC = "//command_line_option:custom_malloc"
_SUFFIX = "//command_line_option:platform_suffix"

def _sanitized_impl(settings, attr):
    # Unchanged if a sanitizer is on already, or if clang compiles only for its warnings (--config=clang).
    if any([option.startswith(("-fsanitize=", "-Wthread-safety")) for option in settings[_COPT]]):
        return settings
    # The same options as --config=asan in .bazelrc.
    return {
        _COPT: settings[_COPT] + _COPTS,
        _LINKOPT: settings[_LINKOPT] + _LINKOPTS,
        _MALLOC: "//bazel/sanitizers:asan_defaults",
        _SUFFIX: "-asan",
    }

_sanitized = transition(
    implementation = _sanitized_impl,
    inputs = [_COPT, _LINKOPT, _MALLOC, _SUFFIX],
    outputs = [_COPT, _LINKOPT, _MALLOC, _SUFFIX],
)

def _sanitized_test_impl(ctx):
    # An attribute with a transition is a list.
    program = ctx.attr.program[0][DefaultInfo]
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = executable,
        target_file = program.files_to_run.executable,
        is_executable = True,
    )
    runfiles = ctx.runfiles(files = ctx.files.data).merge(program.default_runfiles)
    return [DefaultInfo(executable = executable, runfiles = runfiles)]

sanitized_test = rule(
    implementation = _sanitized_test_impl,
    attrs = {
        "data": attr.label_list(
            allow_files = True,
            doc = "What the program reads.",
        ),
        "program": attr.label(
            cfg = _sanitized,
            doc = "The program, which is the test; built a second time, with all that it depends on.",
            executable = True,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
    test = True,
)
