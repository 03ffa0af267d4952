"""Shows that each header compiles alone: that it includes whatever it uses."""

def headers_alone(name, headers, deps):
    """A library with a source per header of this package, which includes that header, twice, and nothing else.

    Args:
      name: of the library.
      headers: files of this package.
      deps: libraries whose headers they are.
    """
    sources = ["%s/%s.cc" % (name, header[:-len(".h")]) for header in headers]
    native.genrule(
        name = name + "_sources",
        testonly = True,
        outs = sources,
        cmd = "\n".join([
            "echo '{line}\n{line}' >$(RULEDIR)/{source}".format(
                line = '#include "%s/%s"' % (native.package_name(), header),
                source = source,
            )
            for header, source in zip(headers, sources)
        ]),
    )
    native.cc_library(
        name = name,
        testonly = True,
        srcs = sources,
        visibility = ["//tests/headers:__pkg__"],
        deps = deps,
    )
