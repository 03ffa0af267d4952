#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the hot paths cost, in instructions and heap blocks, which no busy machine changes: neither grows unnoticed.

Valgrind counts the instructions of the unoptimised program. If a change makes work cheaper, lower its limit. If it makes
work dearer and has to, raise the limit in the same commit, which says why.
"""

import re
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop()
# Hashes depend on addresses, and so do the steps of a look-up.
MARGIN = 1.05
# By work: how often it is done, and the instructions and heap blocks that one takes at most.
LIMITS = {
    "write": (100, 207_600, 40),
    "edge": (300, 111_000, 2.04),  # the entry that it leads to is evicted, too
    "delivery": (100, 203_900, 43),  # an event, encoded once, for ten subscribers
    "hit": (200, 2_190, 0),
}


def count(work, times, *flags):
    """The instructions and the heap blocks of a run."""
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    ran = subprocess.run(
        [*valgrind, PROGRAM, f"--work={work}", f"--count={times}", *flags], capture_output=True, text=True, check=True
    )
    return int(re.search(r"I\s+refs:\s+([\d,]+)", ran.stderr)[1].replace(",", "")), int(ran.stdout)


def cost(work, *flags):
    """The instructions and the heap blocks of one work: what more work adds, without what a start takes."""
    times, _, _ = LIMITS[work]
    few, many = count(work, times, *flags), count(work, 3 * times, *flags)
    return tuple((more - less) / (2 * times) for less, more in zip(few, many))


class CostTest(unittest.TestCase):
    def test_nothing_became_dearer(self):
        for work, (_, most_instructions, most_blocks) in LIMITS.items():
            with self.subTest(work):
                instructions, blocks = cost(work)
                print(f"{work}: {instructions:.0f} instructions, {blocks:.2f} blocks", flush=True)
                self.assertLess(instructions, most_instructions * MARGIN)
                self.assertLess(blocks, most_blocks + 0.5)

    def test_one_more_copy_is_noticed(self):
        for work, (_, most_instructions, most_blocks) in LIMITS.items():
            with self.subTest(work):
                instructions, blocks = cost(work, "--copies")
                self.assertTrue(instructions > most_instructions * MARGIN or blocks > most_blocks + 0.5)


if __name__ == "__main__":
    unittest.main()
