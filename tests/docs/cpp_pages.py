# SPDX-License-Identifier: Apache-2.0
"""Makes a C++ test of the ```cpp blocks of pages, so that what a page shows is what was compiled and run.

  cpp_pages.py PAGE... >guide_pages.cc

The blocks of a page are one program, in their order, as somebody would type them:

- `#include` lines go to the top of the file.
- A block with a class, a struct or `main` goes before the function that the other blocks make.
- That function can `return` a status that is not OK, which fails the test.
- "localhost:7400" is the endpoint of a server of the page's own.
- A ```text block that follows a ```cpp block is what the program has written to std::cout since the one before.
"""

import pathlib
import re
import sys

_FENCE = re.compile(r"^```(\w*)")
_DECLARATION = re.compile(r"^(template <|class |struct )|^int main\(\)", re.MULTILINE)
_MAIN = "int main() {"
# Written by the program where a page shows output, so that each block is compared with its own.
_END_OF_OUTPUT = "-- end of block --"
_ENDPOINT = '"localhost:7400"'

_FILE = """{includes}
#include <gtest/gtest.h>

#include "tests/docs/page_program.h"

{pages}"""

_PAGE = """namespace {name} {{

using namespace cache_invalidation::client;

{declarations}
absl::Status RunPage(const std::string& endpoint) {{
{statements}
  return absl::OkStatus();
}}

TEST(Pages, {name}) {{
  cache_invalidation::PageProgram program(RunPage);
  EXPECT_TRUE(program.status.ok()) << program.status;
  EXPECT_EQ(program.output, R"page({output})page");
}}

}}  // namespace {name}
"""


def blocks_of(text):
    """(language, number of its first line, text) of each fenced block."""
    found = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if not fence and inside:
            found[-1][2] += line + "\n"
        elif fence:
            inside = not inside
            if inside:
                found.append([fence.group(1), number + 1, ""])
    return [tuple(block) for block in found]


def program_of(path):
    """(includes, source of the test) of a page; none if it has no C++."""
    includes, declarations, statements, output = [], "", "", ""
    language_before = ""
    for language, number, text in blocks_of(pathlib.Path(path).read_text()):
        if language == "cpp":
            lines = text.splitlines()
            includes += [line for line in lines if line.startswith("#include")]
            # An empty line in their place, so that compilers name the lines of the page.
            code = "\n".join("" if line.startswith("#include") else line for line in lines)
            code = code.replace(_ENDPOINT, "endpoint")
            placed = f'#line {number} "{path}"\n{code}\n'
            if _DECLARATION.search(code):
                declarations += placed.replace(_MAIN, "void Main(const std::string& endpoint) {")
            else:
                statements += placed
            if _MAIN in code:
                statements += "  Main(endpoint);\n"
        elif language == "text" and language_before == "cpp":
            statements += f'  std::cout << "{_END_OF_OUTPUT}";\n'
            output += text + _END_OF_OUTPUT
        language_before = language
    name = re.sub(r"\W", "_", pathlib.Path(path).stem)
    source = _PAGE.format(name=name, declarations=declarations, statements=statements, output=output)
    return includes, source if includes or statements else ""


def main():
    programs = [program_of(path) for path in sys.argv[1:]]
    includes = sorted({include for included, _ in programs for include in included})
    print(_FILE.format(includes="\n".join(includes), pages="\n".join(source for _, source in programs)))


if __name__ == "__main__":
    main()
