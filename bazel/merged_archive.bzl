"""Merges many static libraries into one, for an installed library.

    merged_archive(
        name = "archive",
        library = "libthing.a",
        deps = [":thing"],
    )

Produces the file `libthing.a` with the objects of the deps and of everything of this repository that they depend on (a
cc_library's own archive holds only its own objects), and in output groups:

    link_flags  a file: what else must be linked, in order, in one line
    headers     all headers of this repository that the deps can include, except generated ones
"""

def _unique(values):
    return {value: None for value in values}.keys()

def _merged_archive_impl(ctx):
    info = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])
    archives = []
    flags = []
    for linker_input in info.linking_context.linker_inputs.to_list():
        flags.extend(linker_input.user_link_flags)
        for library in linker_input.libraries:
            # Position-independent if available: it can become part of a shared library.
            archive = library.pic_static_library or library.static_library
            if archive:
                archives.append(archive)

    merged = ctx.actions.declare_file(ctx.attr.library)
    script = ctx.actions.declare_file(ctx.attr.name + ".mri")
    ctx.actions.write(
        script,
        "\n".join(["create " + merged.path] + ["addlib " + a.path for a in archives] + ["save", "end", ""]),
    )
    ctx.actions.run_shell(
        mnemonic = "MergeArchives",
        command = 'ar -M <"$1"',
        arguments = [script.path],
        inputs = depset([script] + archives),
        outputs = [merged],
        use_default_shell_env = True,
    )

    link_flags = ctx.actions.declare_file(ctx.attr.name + ".link_flags")
    ctx.actions.write(link_flags, " ".join(_unique(flags)) + "\n")
    headers = [h for h in info.compilation_context.headers.to_list() if h.is_source and not h.owner.workspace_name]
    return [
        DefaultInfo(files = depset([merged])),
        OutputGroupInfo(
            link_flags = depset([link_flags]),
            headers = depset(headers),
        ),
    ]

merged_archive = rule(
    implementation = _merged_archive_impl,
    attrs = {
        "library": attr.string(mandatory = True),
        "deps": attr.label_list(providers = [CcInfo], mandatory = True),
    },
)
