# SPDX-License-Identifier: Apache-2.0
"""Checks the map in CONTRIBUTING.md: each symbol is in its file. Usage: house_map.py DIRECTORY"""

import os
import re
import sys

FEWEST_ROWS = 20
_ROW = re.compile(r"^\| (?P<question>.+) \| `(?P<file>[^`]+)` \| `(?P<symbol>\w+)` \|$")


def mistakes(root, rows):
    """What is wrong with the rows, one line each."""
    found = []
    for row in rows:
        path = os.path.join(root, row["file"])
        if not os.path.isfile(path):
            found.append(f"{row['file']}: there is no such file")
            continue
        with open(path, encoding="utf-8") as file:
            if not re.search(rf"\b{row['symbol']}\b", file.read()):
                found.append(f"{row['file']}: no {row['symbol']}, which should decide {row['question']}")
    if len(rows) < FEWEST_ROWS:
        found.append(f"CONTRIBUTING.md: {len(rows)} rows; the map has at least {FEWEST_ROWS}")
    return found


def main():
    root = sys.argv[1]
    with open(os.path.join(root, "CONTRIBUTING.md"), encoding="utf-8") as file:
        rows = [match.groupdict() for line in file if (match := _ROW.match(line.rstrip("\n")))]
    found = mistakes(root, rows)
    print("\n".join(found + [f"{len(rows)} rows, {len(found)} mistakes"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
