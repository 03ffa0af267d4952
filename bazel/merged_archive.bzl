# SPDX-License-Identifier: Apache-2.0
"""Merges many static libraries into one, for an installed library, and links a shared library of it.

    merged_archive(
        name = "archive",
        library = "libthing.a",
        deps = [":thing"],
    )

Produces the file `libthing.a` with the objects of the deps and of everything of this repository that they depend on (a
cc_library's own archive holds only its own objects), except those of `without`, which are installed in another archive. In
output groups:

    link_flags  a file: what else must be linked, in order, in one line
    headers     all headers of this repository that the deps can include, except generated ones
    shared      the file `libthing.so`, under the name `soname`: the whole archive, linked with these flags

Archive and shared library have no debug information: it would be most of their size.
"""

def _unique(values):
    return {value: None for value in values}.keys()

# Position-independent if available: it can become part of a shared library.
def _archives(linking_context):
    found = []
    for linker_input in linking_context.linker_inputs.to_list():
        for library in linker_input.libraries:
            archive = library.pic_static_library or library.static_library
            if archive:
                found.append(archive)
    return found

def _merge(ctx, archives):
    merged = ctx.actions.declare_file(ctx.attr.library)
    script = ctx.actions.declare_file(ctx.attr.name + ".mri")
    ctx.actions.write(
        script,
        "\n".join(["create " + merged.path] + ["addlib " + a.path for a in archives] + ["save", "end", ""]),
    )
    ctx.actions.run_shell(
        mnemonic = "MergeArchives",
        command = 'ar -M <"$1" && strip --strip-debug --enable-deterministic-archives "$2"',
        arguments = [script.path, merged.path],
        inputs = depset([script] + archives),
        outputs = [merged],
        use_default_shell_env = True,
    )
    return merged

# Every symbol must be found now: the programs that use the library link none of what it needs. It calls its own functions, not
# those of the same name that a program has compiled, perhaps for a sanitizer.
def _link(ctx, archive, flags):
    linked = ctx.actions.declare_file(ctx.attr.library[:-len(".a")] + ".so")
    ctx.actions.run_shell(
        mnemonic = "LinkShared",
        command = 'g++ "$@"',
        arguments = ["-shared", "-o", linked.path, "-Wl,-soname," + ctx.attr.soname, "-Wl,-z,defs"] +
                    ["-Wl,-Bsymbolic-functions", "-Wl,--as-needed"] +
                    ["-Wl,--whole-archive", archive.path, "-Wl,--no-whole-archive"] + flags,
        inputs = [archive],
        outputs = [linked],
        use_default_shell_env = True,
    )
    return linked

def _merged_archive_impl(ctx):
    info = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])
    left_out = {
        archive.path: None
        for dep in ctx.attr.without
        for archive in _archives(dep[CcInfo].linking_context)
    }
    archives = [a for a in _archives(info.linking_context) if a.path not in left_out]
    flags = _unique([
        flag
        for linker_input in info.linking_context.linker_inputs.to_list()
        for flag in linker_input.user_link_flags
    ])
    merged = _merge(ctx, archives)
    shared = [_link(ctx, merged, flags)] if ctx.attr.soname else []
    link_flags = ctx.actions.declare_file(ctx.attr.name + ".link_flags")
    ctx.actions.write(link_flags, " ".join(flags) + "\n")
    headers = [h for h in info.compilation_context.headers.to_list() if h.is_source and not h.owner.workspace_name]
    return [
        DefaultInfo(files = depset([merged])),
        OutputGroupInfo(
            link_flags = depset([link_flags]),
            headers = depset(headers),
            shared = depset(shared),
        ),
    ]

merged_archive = rule(
    implementation = _merged_archive_impl,
    attrs = {
        "library": attr.string(mandatory = True),
        "deps": attr.label_list(providers = [CcInfo], mandatory = True),
        "without": attr.label_list(providers = [CcInfo]),
        "soname": attr.string(doc = "Empty: no shared library."),
    },
)
