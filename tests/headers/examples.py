"""Collects the examples of headers, for a test that compiles and runs them. Usage: examples.py HEADER... >OUTPUT

An example is what stands three spaces in from a comment's other text, behind an empty comment line:

    // Words.
    //
    //   code();

Of each header with one the output has a section, for who defines EXAMPLE_ and the header's name in front of including it,
without the example's own includes; and the names of all of them in CamelCase, for who defines EXAMPLE_NAME.
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
