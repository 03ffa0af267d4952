# SPDX-License-Identifier: Apache-2.0
"""Checks what no compiler checks: layers, banned calls, sizes, rooms, words, prose, license. Usage: tidy.py DIRECTORY

Each rule is a module with `check(source) -> [Finding]`; tidy_rules_test.py shows that each finds the violations it is for.
"""

import sys

import braces
import calls
import layers
import license
import prose
import rooms
import sizes
import source
import words

RULES = [layers, calls, braces, sizes, rooms, words, prose, license]


def findings(sources):
    """What all rules find in the files, by path and line."""
    found = [finding for file in sources for rule in RULES for finding in rule.check(file)]
    return sorted(found, key=lambda finding: (finding.path, finding.line, finding.message))


def main():
    sources = source.read_tree(sys.argv[1])
    found = findings(sources)
    for finding in found:
        print(finding)
    print(f"{len(sources)} files, {len(found)} findings")
    # A tree without C++ is not the tree that was meant.
    return 1 if found or not any(file.is_cpp for file in sources) else 0


if __name__ == "__main__":
    sys.exit(main())
