# SPDX-License-Identifier: Apache-2.0
"""Compares the writes that print_writes printed for a recording with the model's.

  compare_writes.py RECORDING WRITES
"""

import json
import sys

import wal2json_writes


def as_text(writes):
    """One line for each write, the same for the same write."""
    return [json.dumps(write, sort_keys=True) for write in writes]


def from_message(write):
    return {
        "type": write["resourceType"],
        "id": write["resourceId"],
        "operation": write["operation"],
        "context": write.get("context") or {},
        "tags": write["tags"],
    }


def main():
    with open(sys.argv[1], encoding="utf-8") as recording, open(sys.argv[2], encoding="utf-8") as printed:
        expected = [writes for _, writes in wal2json_writes.read_transactions(recording)]
        got = [[from_message(write) for write in json.loads(line)] for line in printed]
    assert expected and len(got) == len(expected), f"{len(got)} transactions instead of {len(expected)}"
    differences = 0
    for number, (one, other) in enumerate(zip(got, expected), start=1):
        if as_text(one) != as_text(other):
            differences += 1
            print(f"{sys.argv[1]}, transaction {number}:", *as_text(one), "instead of", *as_text(other), sep="\n  ")
    print(f"{sys.argv[1]}: {len(got)} transactions, {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
