# SPDX-License-Identifier: Apache-2.0
"""The ```console blocks of a Markdown text: commands, and the output that the text gives for them.

A line that begins with "$ " is a command, and so are the lines after it while a single quote or a here-document is open. The
other lines are its output, including standard error. A line that is only "..." matches any lines.
"""

import dataclasses
import re

ELLIPSIS = "..."

# What differs from run to run, and what it is compared as.
_DIFFERING = [
    (re.compile(r"\b[0-9a-f]{32}\b"), "INSTANCE"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "EPOCH"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?"), "TIME"),
    (re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=metrics on port )\d+"), "PORT"),
]


_HERE_DOCUMENT = re.compile(r"<<'(\w+)'")


@dataclasses.dataclass
class Command:
    """One command; `line` is where its output begins, counted from 0."""

    text: str
    line: int
    expected: list


def _is_open(command):
    """Whether the shell reads on after these lines."""
    first, *others = command.split("\n")
    here = _HERE_DOCUMENT.search(first)
    return here.group(1) not in others if here else command.count("'") % 2


def commands(text):
    """The commands of all blocks, in order."""
    found = []
    inside = False
    for number, line in enumerate(text.splitlines()):
        if line == "```console":
            inside = True
        elif line.startswith("```"):
            inside = False
        elif inside and found and _is_open(found[-1].text):
            found[-1].text += "\n" + line
            found[-1].line = number + 1
        elif inside and line.startswith("$ "):
            found.append(Command(line[2:], number + 1, []))
        elif inside:
            found[-1].expected.append(line)
    return found


def normalised(line):
    """The line without what differs from run to run."""
    for pattern, name in _DIFFERING:
        line = pattern.sub(name, line)
    return line.rstrip()


def agrees(expected, actual):
    """Whether the lines are those that the text shows."""
    return _agrees([normalised(line) for line in expected], [normalised(line) for line in actual])


def _agrees(expected, actual):
    if not expected:
        return not actual
    if expected[0] == ELLIPSIS:
        return any(_agrees(expected[1:], actual[skipped:]) for skipped in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and _agrees(expected[1:], actual[1:])
