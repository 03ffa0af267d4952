# SPDX-License-Identifier: Apache-2.0
"""Collects the examples of headers, for a test that compiles and runs them. Usage: examples.py HEADER... >OUTPUT

An example is indented by three spaces from the other text of a comment, after an empty comment line:

    // Words.
    //
    //   code();

For each header with an example, the output has a section that is compiled if EXAMPLE_ followed by the header's name is
defined, without the example's own includes. If EXAMPLE_NAME is defined, the output is the names of all headers with examples.
"""

import pathlib
import re
import sys

_CODE = re.compile(r"\s*//   (.*)")
_EMPTY = re.compile(r"\s*//\s*$")
_PREAMBLE = re.compile(r"#include |using namespace ")


def example_of(text):
    """The code of all examples of a header."""
    code, is_open = [], False
    for line in text.splitlines():
        found = _CODE.match(line)
        if found and is_open:
            code.append(found.group(1))
        elif not found:
            is_open = bool(_EMPTY.match(line))
    return [line for line in code if not _PREAMBLE.match(line)]


def main():
    directive, names = "#if", []
    for path in map(pathlib.Path, sorted(sys.argv[1:])):
        code = example_of(path.read_text())
        if not code:
            continue
        names.append(path.stem)
        print(f"{directive} defined(EXAMPLE_{path.stem})", *code, sep="\n")
        directive = "#elif"
    camel = ["".join(word.capitalize() for word in name.split("_")) for name in names]
    print(f"{directive} defined(EXAMPLE_NAME)", *(f'EXAMPLE_NAME("{name}")' for name in camel), sep="\n")
    print("#else", '#error "no header has that example"', "#endif", sep="\n")


if __name__ == "__main__":
    main()
