# SPDX-License-Identifier: Apache-2.0
"""The files of the tree as the rules read them."""

import dataclasses
import functools
import os
import re

# Nothing below these is ours: build outputs, installed tools, git's own.
SKIPPED_DIRECTORIES = re.compile(r"bazel-.*|node_modules|__pycache__|\.git|\.cache")
# Text that people write here. Recorded data and binary files are judged by other tests.
WRITTEN = re.compile(r".*\.(h|cc|py|mjs|sh|bzl|proto|md|yaml|yml|json|cmake)|BUILD.*|WORKSPACE|dev|run|\.[a-z-]+rc|CMakeLists\.txt")

_LITERALS_AND_COMMENTS = re.compile(
    r"""
      R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"  # raw string
    | "(?:[^"\\\n]|\\.)*"                         # string
    | (?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'         # character, but not the separator in 1'000
    | //[^\n]*                                    # comments
    | /\*.*?\*/
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One violation: where, and what should have been."""

    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


@dataclasses.dataclass(frozen=True)
class Source:
    """One file: its path from the top of the tree, and its text."""

    path: str
    text: str

    @property
    def is_cpp(self):
        return self.path.endswith((".h", ".cc"))

    @property
    def is_test(self):
        return re.search(r"^tests/|^(server|client/internal)/.*testing/|_test\.(h|cc)$", self.path) is not None

    @functools.cached_property
    def code(self):
        """C++ without the content of comments and literals; every line keeps its number."""

        def blank(match):
            text = match.group()
            lines = "\n" * text.count("\n")
            return lines if text.startswith("/") else '""' + lines

        return _LITERALS_AND_COMMENTS.sub(blank, self.text)

    @functools.cached_property
    def includes(self):
        """(line, path, whether in angle brackets) of each #include."""
        found = []
        for number, line in enumerate(self.text.splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if match:
                found.append((number, match.group(2), match.group(1) == "<"))
        return found

    def lines_matching(self, pattern, text=None):
        """The numbers of the lines of `text` (the whole file) where `pattern` is found."""
        lines = (self.text if text is None else text).splitlines()
        return [number for number, line in enumerate(lines, 1) if re.search(pattern, line)]


def read_tree(root):
    """All files that people write below `root`, by path."""
    sources = []
    for directory, subdirectories, names in os.walk(root):
        subdirectories[:] = sorted(d for d in subdirectories if not SKIPPED_DIRECTORIES.fullmatch(d))
        for name in sorted(names):
            path = os.path.join(directory, name)
            if WRITTEN.fullmatch(name) and not os.path.islink(path):
                with open(path, encoding="utf-8") as file:
                    sources.append(Source(os.path.relpath(path, root), file.read()))
    return sources
