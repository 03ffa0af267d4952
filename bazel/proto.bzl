# SPDX-License-Identifier: Apache-2.0
"""Generates C++ from .proto files with Debian's protoc and gRPC plugin.

    cc_grpc_proto_library(
        name = "rule",
        srcs = ["rule.proto"],          # in this package
        deps = [":event"],              # other cc_grpc_proto_library targets that the srcs import
        with_grpc = True,               # also generate x.grpc.pb.{h,cc}
    )

Produces a cc_library `rule` whose headers are included by their path from the repository root,
`protos/cache_invalidation/v1/rule.pb.h`, and a file `rule.descriptors.binpb`: the FileDescriptorSet of the srcs with
everything they import (target `rule_descriptors`).

One .proto imports another by its path below `protos`, `cache_invalidation/v1/event.proto`: the directory is the package, as
users of the contract in any language expect. A .proto of another repository names its own root (`import_root`).
"""

ProtoSourcesInfo = provider(
    doc = "What another .proto needs to import these.",
    fields = {
        "sources": "depset of .proto files, with all they import",
        "roots": "depset of directories that imports are relative to",
    },
)

def _generate_impl(ctx):
    all_roots = depset([ctx.attr.import_root], transitive = [d[ProtoSourcesInfo].roots for d in ctx.attr.deps])
    all_sources = depset(ctx.files.srcs, transitive = [d[ProtoSourcesInfo].sources for d in ctx.attr.deps])

    # Code for a .proto of another repository is generated below this package.
    is_ours = not ctx.attr.output_directory
    output_root = ctx.bin_dir.path + "/" + (ctx.attr.import_root if is_ours else ctx.label.package)
    headers = []
    sources = []
    for source in ctx.files.srcs:
        stem = source.basename[:-len(".proto")]
        if not is_ours:
            stem = ctx.attr.output_directory + "/" + stem
        for suffix in [".pb", ".grpc.pb"] if ctx.attr.with_grpc else [".pb"]:
            headers.append(ctx.actions.declare_file(stem + suffix + ".h"))
            sources.append(ctx.actions.declare_file(stem + suffix + ".cc"))
    descriptors = ctx.actions.declare_file(ctx.attr.name[:-len("_generated")] + ".descriptors.binpb")

    arguments = ctx.actions.args()
    for root in all_roots.to_list():
        arguments.add("-I" + root)
    arguments.add("--cpp_out=" + output_root)
    if ctx.attr.with_grpc:
        arguments.add("--plugin=protoc-gen-grpc=" + ctx.executable._plugin.path)
        arguments.add("--grpc_out=" + output_root)
    arguments.add("--include_imports")
    arguments.add("--include_source_info")
    arguments.add("--descriptor_set_out=" + descriptors.path)
    arguments.add_all(ctx.files.srcs)
    ctx.actions.run(
        mnemonic = "GenerateProtoCpp",
        executable = ctx.executable._protoc,
        arguments = [arguments],
        inputs = all_sources,
        outputs = headers + sources + [descriptors],
        tools = [ctx.executable._plugin] if ctx.attr.with_grpc else [],
    )

    # Generated headers include each other by their import paths.
    includes = cc_common.create_compilation_context(system_includes = depset([output_root]))
    return [
        DefaultInfo(files = depset(headers + sources)),
        CcInfo(compilation_context = includes),
        OutputGroupInfo(
            headers = depset(headers),
            sources = depset(sources),
            descriptors = depset([descriptors]),
        ),
        ProtoSourcesInfo(sources = all_sources, roots = all_roots),
    ]

_generate = rule(
    implementation = _generate_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".proto"], mandatory = True),
        "deps": attr.label_list(providers = [ProtoSourcesInfo]),
        "with_grpc": attr.bool(default = True),
        "import_root": attr.string(mandatory = True),
        "output_directory": attr.string(),
        "_protoc": attr.label(
            default = "@system//:protoc",
            allow_single_file = True,
            executable = True,
            cfg = "host",
        ),
        "_plugin": attr.label(
            default = "@system//:grpc_cpp_plugin",
            allow_single_file = True,
            executable = True,
            cfg = "host",
        ),
    },
)

def _generated_of(label):
    """Returns the label of the generating target of a cc_grpc_proto_library."""
    if ":" in label:
        return label + "_generated"
    return label + ":" + label.split("/")[-1] + "_generated"

def cc_grpc_proto_library(
        name,
        srcs,
        deps = [],
        with_grpc = True,
        import_root = "protos",
        output_directory = "",
        visibility = None):
    """See the file comment.

    Args:
      name: of the cc_library.
      srcs: the .proto files.
      deps: other cc_grpc_proto_library targets.
      with_grpc: also generate the services' stubs.
      import_root: the directory that the srcs' import paths are relative to.
      output_directory: for a .proto of another repository: the directory part of its import path.
      visibility: of everything made here.
    """
    generated = name + "_generated"
    _generate(
        name = generated,
        srcs = srcs,
        deps = [_generated_of(d) for d in deps],
        with_grpc = with_grpc,
        import_root = import_root,
        output_directory = output_directory,
        visibility = visibility,
    )
    for group in ["headers", "sources", "descriptors"]:
        native.filegroup(
            name = name + "_" + group,
            srcs = [generated],
            output_group = group,
            visibility = visibility,
        )
    native.cc_library(
        name = name,
        srcs = [name + "_sources"],
        hdrs = [name + "_headers"],
        # Warnings in generated code cannot be fixed here.
        copts = ["-w"],
        visibility = visibility,
        deps = deps + [":" + generated, "@system//:protobuf"] + (["@system//:grpc++"] if with_grpc else []),
    )
