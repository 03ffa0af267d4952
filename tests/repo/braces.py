# SPDX-License-Identifier: Apache-2.0
"""Braces: the body of an `if` or a loop that has a line of its own is in braces; clang-format keeps short ones on one line."""

import re

from source import Finding

_HEAD = re.compile(r"\s*(?:\}\s*)?(?:else\s+if|if|for|while|else)\b")
_OPENING, _CLOSING = "([{", ")]}"


def _depth(line):
    return sum(line.count(c) for c in _OPENING) - sum(line.count(c) for c in _CLOSING)


def _end_of_head(lines, first):
    """The line on which the parentheses of a head that begins on line `first` are closed."""
    depth = 0
    for last in range(first, len(lines)):
        depth += _depth(lines[last])
        if depth <= 0:
            return last
    return len(lines) - 1


def check(source):
    """Findings for every body without braces that is not on the line of its head."""
    if not source.is_cpp:
        return []
    lines = [line.rstrip() for line in source.code.splitlines()]
    findings = []
    for first, line in enumerate(lines):
        head = _HEAD.match(line)
        if not head or line.endswith(("{", "\\")) or (line.endswith(";") and _depth(line) <= 0):
            continue
        last = _end_of_head(lines, first)
        if lines[last].endswith(")") or line.strip() in ("else", "} else"):
            body = lines[last + 1] if last + 1 < len(lines) else ""
            indent = len(line) - len(line.lstrip())
            if len(body) - len(body.lstrip()) == indent + 2 and not body.lstrip().startswith("{"):
                findings.append(Finding(source.path, first + 1, "a body on a line of its own is in braces"))
    return findings
