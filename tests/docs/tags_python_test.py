# SPDX-License-Identifier: Apache-2.0
"""The Python of docs/tags.md gives the results of its table."""

import re
import unittest


class Escaping(unittest.TestCase):
    def test_the_table(self):
        with open("docs/tags.md", encoding="utf-8") as file:
            page = file.read()
        (expression,) = re.findall(r"^Python +(.*)$", page, re.MULTILINE)
        rows = re.findall(r"^\| `(.*)` \| `(.*)` \|$", page, re.MULTILINE)
        self.assertGreaterEqual(len(rows), 10)
        for value, escaped in rows:
            self.assertEqual(eval(expression, {"value": value}), escaped)


if __name__ == "__main__":
    unittest.main()
