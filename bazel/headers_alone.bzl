# SPDX-License-Identifier: Apache-2.0
"""Checks that each header compiles alone: that it includes everything it uses."""

def headers_alone(name, headers, deps):
    """Defines a library with one source per header of this package, which includes only that header, twice.

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
