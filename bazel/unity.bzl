# SPDX-License-Identifier: Apache-2.0
"""Libraries and tests of several sources that are compiled as one: unity builds.

Most of the time of a compilation goes into headers (gRPC's, protobuf's, GoogleTest's), which are the same for every
source of a folder. Compiled as one, twelve tests take as long as two. So names in the anonymous namespaces of the sources
of one target must differ; the compiler says so. What several of them need is shared by a header instead.
"""

def _include_all_impl(ctx):
    source = ctx.actions.declare_file(ctx.label.name + ".cc")
    ctx.actions.write(source, "".join(['#include "%s"\n' % file.short_path for file in ctx.files.srcs]))
    return [DefaultInfo(files = depset([source]))]

_include_all = rule(
    implementation = _include_all_impl,
    attrs = {"srcs": attr.label_list(allow_files = [".cc"])},
)

def _unity(rule, name, srcs, deps, copts = [], **kwargs):
    sources = [source for source in srcs if source.endswith(".cc")]
    testonly = kwargs.get("testonly")
    _include_all(name = name + "_unity", srcs = sources, testonly = testonly, visibility = ["//visibility:private"])
    native.cc_library(
        name = name + "_sources",
        textual_hdrs = sources,
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    rule(
        name = name,
        srcs = [name + "_unity"] + [source for source in srcs if not source.endswith(".cc")],
        deps = deps + [name + "_sources"],
        # gcc takes an included source for a header, where a class should not use an anonymous namespace.
        copts = copts + ["-Wno-subobject-linkage"],
        **kwargs
    )

def unity_library(name, srcs, deps = [], **kwargs):
    """A cc_library of several sources, compiled as one."""
    _unity(native.cc_library, name, srcs, deps, **kwargs)

def unity_test(name, srcs, deps = [], **kwargs):
    """A cc_test of several sources, compiled as one; run some of it with --test_filter.

    Each test must leave the process as it found it. With `shard_count`, processes share the cases.
    """
    _unity(native.cc_test, name, srcs, deps, testonly = True, **kwargs)
