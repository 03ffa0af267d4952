# SPDX-License-Identifier: Apache-2.0
"""Sizes: a file has at most 500 lines, a function at most 70."""

import ast
import bisect
import re

from source import Finding

LONGEST_FILE = 500
LONGEST_FUNCTION = 70

# Not BUILD: a list of many small targets is what we want of it.
_MEASURED = (".h", ".cc", ".proto", ".py", ".mjs", ".sh", ".bzl", "dev")

# What stands before the brace of something that is not a function.
_NOT_A_FUNCTION = re.compile(r"^\s*(?:(?:inline\s+)?namespace|extern\s*\"\"|enum)\b")
_TYPE = re.compile(r"^\s*(?:template\s*<[^{]*>\s*)?(?:typedef\s+)?(?:class|struct|union)\b[^()]*(?:\([^()]*\)[^()]*)*$")

_HEAD_GOES_ON = re.compile(r"\s*[,{]")


def _opens_function(head):
    """Whether the text between the last `;`, `{` or `}` and a brace is that of a function."""
    head = re.sub(r"(?m)^\s*#.*$", "", head).strip()
    if not head or _NOT_A_FUNCTION.match(head):
        return False
    if re.match(r"(?:template\s*<.*>\s*)?(?:class|struct|union)\b", head, re.DOTALL) and _TYPE.match(head):
        return False
    return ")" in head and not re.search(r"(?<![=!<>])=\s*$", head)


def functions(code):
    """(first line, last line) of each outermost function of C++ code without literals and comments.

    A lambda and a local class belong to the function around them. The first line is that of the brace.
    """
    starts = [0] + [match.end() for match in re.finditer("\n", code)]

    def line_of(offset):
        return bisect.bisect_right(starts, offset)

    found = []
    inside = 0  # depth of braces within a function; 0 outside of any
    opened = 0
    head_begin = 0
    depth_of_parentheses = 0
    for match in re.finditer(r"[(){};]", code):
        character, at = match.group(), match.start()
        if inside:
            inside += {"{": 1, "}": -1}.get(character, 0)
            # Braces that more of a head follows initialise a member: the body is still to come.
            if inside == 0 and not _HEAD_GOES_ON.match(code, at + 1):
                found.append((line_of(opened), line_of(at)))
                head_begin = at + 1
        elif character == "(":
            depth_of_parentheses += 1
        elif character == ")":
            depth_of_parentheses -= 1
        elif depth_of_parentheses == 0:
            if character == "{" and _opens_function(code[head_begin:at]):
                inside, opened = 1, at
            else:
                head_begin = at + 1
    return found


def _cpp_functions(source):
    return [(first, last, "function") for first, last in functions(source.code)]


def _python_functions(source):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [(n.lineno, n.end_lineno, f"function {n.name}") for n in ast.walk(ast.parse(source.text)) if isinstance(n, kinds)]


def check(source):
    """Findings for a file, or functions in it, that grew too long."""
    findings = []
    lines = source.text.count("\n")
    if source.path.endswith(_MEASURED) and lines > LONGEST_FILE:
        findings.append(Finding(source.path, LONGEST_FILE, f"{lines} lines; a file has at most {LONGEST_FILE}"))
    measured = []
    if source.is_cpp:
        measured = _cpp_functions(source)
    elif source.path.endswith(".py"):
        measured = _python_functions(source)
    for first, last, what in measured:
        if last - first + 1 > LONGEST_FUNCTION:
            findings.append(
                Finding(source.path, first, f"{what} of {last - first + 1} lines; it has at most {LONGEST_FUNCTION}")
            )
    return findings
