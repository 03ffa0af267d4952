"""Puts the installed tree together: a tar file to be unpacked below a prefix.

    include/cache_invalidation/      the public headers, and what they include; -I this directory
    lib/libcache_invalidation_client.a
    lib/cmake/CacheInvalidation/     find_package(CacheInvalidation)
    lib/pkgconfig/cache_invalidation_client.pc
    share/cache_invalidation/protos/ the contract, for other languages
    share/cache_invalidation/cache_invalidation.BUILD

Templates name what is only known here as @VERSION@ and @LINK_FLAGS@. The tree can be moved: nothing in it names the prefix.
"""

import argparse
import io
import pathlib
import re
import tarfile

# Of ours: the headers of libraries are included in quotes too.
INCLUDE = re.compile(r'^#include "((?:client|common)/[^"]+)"', re.MULTILINE)
PLACES = {
    ".cmake": "lib/cmake/CacheInvalidation",
    ".pc": "lib/pkgconfig",
    ".BUILD": "share/cache_invalidation",
}


def included(public, available):
    """The public headers, and those that they include: what a user's compiler has to find."""
    found, waiting = {}, list(public)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name not in available:
            raise SystemExit(f"{name} is included by a public header, and no header of the library")
        found[name] = available[name]
        waiting += INCLUDE.findall(pathlib.Path(available[name]).read_text())
    return found


def add(tree, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o644
    tree.addfile(entry, io.BytesIO(content))


def main():
    parser = argparse.ArgumentParser()
    for flag in ("--output", "--version-file", "--archive", "--link-flags-file"):
        parser.add_argument(flag, type=pathlib.Path, required=True)
    for flag in ("--public-headers", "--headers", "--protos", "--templates"):
        parser.add_argument(flag, nargs="+", required=True)
    arguments = parser.parse_args()

    values = {
        "@VERSION@": arguments.version_file.read_text().strip(),
        "@LINK_FLAGS@": arguments.link_flags_file.read_text().strip(),
        "@LINK_LIBRARIES@": arguments.link_flags_file.read_text().strip().replace(" ", ";"),
    }
    with tarfile.open(arguments.output, "w") as tree:
        headers = included(arguments.public_headers, {path: path for path in arguments.headers})
        for name, path in sorted(headers.items()):
            add(tree, f"include/cache_invalidation/{name}", pathlib.Path(path).read_bytes())
        add(tree, f"lib/{arguments.archive.name}", arguments.archive.read_bytes())
        for path in sorted(arguments.protos):
            add(tree, f"share/cache_invalidation/{path}", pathlib.Path(path).read_bytes())
        for path in map(pathlib.Path, sorted(arguments.templates)):
            text = path.read_text()
            for name, value in values.items():
                text = text.replace(name, value)
            add(tree, f"{PLACES[path.suffix]}/{path.name}", text.encode())


if __name__ == "__main__":
    main()
