# SPDX-License-Identifier: Apache-2.0
"""Puts the installed tree together: a tar file to be unpacked below a prefix.

    include/cache_invalidation/      the public headers, and what they include; -I the directory above this one
    lib/libcache_invalidation_client.{a,so}
    lib/libcache_invalidation_testing.a
    lib/cmake/CacheInvalidation/     find_package(CacheInvalidation)
    lib/pkgconfig/
    share/cache_invalidation/protos/ the contract, for other languages
    share/cache_invalidation/sanitizers/
    share/cache_invalidation/cache_invalidation.BUILD

Headers are included as "cache_invalidation/client/client.h", also by each other and in the examples in their comments: in the
source tree "client/client.h". Templates name what is only known here as @VERSION@. The tree can be moved: nothing in it names
the prefix.
"""

import argparse
import io
import pathlib
import re
import tarfile

# Of ours: the headers of libraries are included in quotes too.
INCLUDE = re.compile(r'^#include "((?:client|common)/[^"]+)"', re.MULTILINE)
ANY_INCLUDE = re.compile(r'#include "(?=(?:client|common)/)')
GUARD = re.compile(r"^#define CACHE_INVALIDATION_\w+_H_\n", re.MULTILINE)
LANGUAGE = "client/language.h"
VERSION = re.compile(r"^#define CACHE_INVALIDATION_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)$", re.MULTILINE)
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
        found[name] = pathlib.Path(name).read_text()
        waiting += INCLUDE.findall(found[name])
    return found


def installed(name, text):
    """The header as its users include it; it checks the language first."""
    text = ANY_INCLUDE.sub('#include "cache_invalidation/', text)
    if name == LANGUAGE:
        return text
    check = f'\n#include "cache_invalidation/{LANGUAGE}"\n'
    text, guards = GUARD.subn(lambda guard: guard.group() + check, text)
    if guards != 1:
        raise SystemExit(f"{name} has {guards} include guards")
    return text


def values_of(arguments):
    """What templates name, by name."""
    version = ".".join(VERSION.findall(arguments.version_header.read_text()))
    flags = arguments.link_flags_file.read_text().split()
    only_testing = [flag for flag in arguments.testing_link_flags_file.read_text().split() if flag not in flags]
    return {
        "@VERSION@": version,
        "@SONAME@": arguments.soname,
        "@LINK_FLAGS@": " ".join(flags),
        "@TESTING_LIBRARIES@": " ".join(only_testing),
        "@TESTING_LIBRARIES_CMAKE@": ";".join(only_testing),
        "@ABSL_MODULES@": " ".join(f"absl_{module}" for module in arguments.absl),
        "@ABSL_TARGETS@": " ".join(f"absl::{module}" for module in arguments.absl),
        "@ABSL_FLAGS@": " ".join(flag for flag in flags if flag.startswith("-labsl_")),
    }


class Tree:
    """The tar file."""

    def __init__(self, file):
        self._file = file

    def add(self, name, content, mode=0o644):
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        entry.mode = mode
        self._file.addfile(entry, io.BytesIO(content))

    def link(self, name, target):
        entry = tarfile.TarInfo(name)
        entry.type = tarfile.SYMTYPE
        entry.linkname = target
        self._file.addfile(entry)


def add_libraries(tree, arguments, version):
    """The archives, and the shared library under its version, with links from the names for loader and linker."""
    for archive in (arguments.archive, arguments.testing_archive):
        tree.add(f"lib/{archive.name}", archive.read_bytes())
    name = f"lib/{arguments.shared.name}"
    if not f"{arguments.shared.name}.{version}.".startswith(f"{arguments.soname}."):
        raise SystemExit(f"the name {arguments.soname} is not that of version {version}")
    tree.add(f"{name}.{version}", arguments.shared.read_bytes(), mode=0o755)
    tree.link(f"lib/{arguments.soname}", f"{arguments.shared.name}.{version}")
    tree.link(name, arguments.soname)


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--soname", required=True)
    for flag in (
        "--output",
        "--version-header",
        "--archive",
        "--shared",
        "--link-flags-file",
        "--testing-archive",
        "--testing-link-flags-file",
    ):
        parser.add_argument(flag, type=pathlib.Path, required=True)
    for flag in ("--public-headers", "--headers", "--protos", "--sanitizers", "--templates", "--absl"):
        parser.add_argument(flag, nargs="+", required=True)
    return parser.parse_args()


def main():
    arguments = parse()
    values = values_of(arguments)
    with tarfile.open(arguments.output, "w") as file:
        tree = Tree(file)
        headers = included(arguments.public_headers, set(arguments.headers))
        for name, text in sorted(headers.items()):
            tree.add(f"include/cache_invalidation/{name}", installed(name, text).encode())
        add_libraries(tree, arguments, values["@VERSION@"])
        for path in sorted(arguments.protos):
            tree.add(f"share/cache_invalidation/{path}", pathlib.Path(path).read_bytes())
        for path in map(pathlib.Path, sorted(arguments.sanitizers)):
            tree.add(f"share/cache_invalidation/sanitizers/{path.name}", path.read_bytes())
        for path in map(pathlib.Path, sorted(arguments.templates)):
            text = re.sub(r"@[A-Z_]+@", lambda name: values[name.group()], path.read_text())
            tree.add(f"{PLACES[path.suffix]}/{path.name}", text.encode())


if __name__ == "__main__":
    main()
