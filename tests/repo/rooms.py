# SPDX-License-Identifier: Apache-2.0
"""Rooms: test code has a folder of its own, and a header is worth its file."""

import re

from source import Finding

# A header below this is joined to its neighbour: guard and namespace alone take nine lines.
SMALLEST_HEADER = 12

_TEST_HEADERS = re.compile(r"(gtest|gmock)/")
# A library for tests that has sources of its own; a list of others is not test code.
_TEST_LIBRARY = re.compile(r"^cc_library\((?=[^)]*\n    testonly = True)(?=[^)]*\n    hdrs = )", re.MULTILINE)


def _is_room_of_tests(path):
    return path.startswith("tests/") or "/testing/" in path


def check(source):
    """Findings for test code in a production folder, and for headers of one line."""
    path = source.path
    findings = []
    if not _is_room_of_tests(path):
        if source.is_cpp and not re.search(r"_test\.cc$", path):
            for line, include, _ in source.includes:
                if _TEST_HEADERS.match(include):
                    findings.append(Finding(path, line, "test code belongs in a folder testing/ or under tests/"))
            if re.search(r"_(for_test|conformance|test)\.(h|cc)$", path):
                findings.append(Finding(path, 1, "test code belongs in a folder testing/ or under tests/"))
        if path.endswith("BUILD"):
            for match in _TEST_LIBRARY.finditer(source.text):
                line = source.text.count("\n", 0, match.start()) + 1
                findings.append(Finding(path, line, "a testonly library belongs in a folder testing/ or under tests/"))
    lines = source.text.count("\n")
    if path.endswith(".h") and lines < SMALLEST_HEADER:
        findings.append(Finding(path, 1, f"{lines} lines; a header has at least {SMALLEST_HEADER}, or joins its neighbour"))
    return findings
