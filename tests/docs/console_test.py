# SPDX-License-Identifier: Apache-2.0
"""What is read from ```console blocks, and which outputs count as equal."""

import unittest

import console

TEXT = """Text
```console
$ first
one
two
$ second '{"a":
  1}'
...
last
```
$ outside
```sh
$ other
```
"""


class CommandsTest(unittest.TestCase):
    def test_commands_are_read_with_their_output(self):
        first, second = console.commands(TEXT)
        self.assertEqual((first.text, first.expected), ("first", ["one", "two"]))
        self.assertEqual((second.text, second.expected), ("second '{\"a\":\n  1}'", ["...", "last"]))
        self.assertEqual(TEXT.splitlines()[second.line], "...")


    def test_a_here_document_belongs_to_its_command(self):
        text = "```console\n$ cat >a <<'END'\nit's\n$ no command\nEND\noutput\n$ next\n```\n"
        first, second = console.commands(text)
        self.assertEqual((first.text, first.expected), ("cat >a <<'END'\nit's\n$ no command\nEND", ["output"]))
        self.assertEqual(second.text, "next")


class AgreesTest(unittest.TestCase):
    def test_equal_lines_agree(self):
        self.assertTrue(console.agrees([], []))
        self.assertTrue(console.agrees(["a", "b"], ["a", "b"]))

    def test_a_difference_is_noticed(self):
        for expected, actual in [
            (["a"], ["b"]),
            (["a"], []),
            ([], ["a"]),
            (["a", "b"], ["b", "a"]),
            (["a"], ["a", "a"]),
            (["...", "b"], ["a", "b", "c"]),
            (["a", "...", "c"], ["a", "b"]),
            (["revision 1"], ["revision 2"]),
        ]:
            self.assertFalse(console.agrees(expected, actual), (expected, actual))

    def test_an_ellipsis_stands_for_any_lines(self):
        for actual in [["a", "z"], ["a", "b", "z"], ["a", "z", "z"]]:
            self.assertTrue(console.agrees(["a", "...", "z"], actual), actual)

    def test_what_must_differ_does_not(self):
        self.assertTrue(console.agrees(["epoch 0633b270d7916ade"], ["epoch ebd6f58ae48c72ae"]))
        self.assertTrue(console.agrees(['"e02a01859fc8a0cd5d66da959f4ee392"'], ['"07069a4dcc340cd9ebe0581d734a0c85"']))
        self.assertTrue(console.agrees(["2026-11-22 13:21:09"], ["2027-01-02 03:04:05"]))
        self.assertTrue(console.agrees(["A server on 127.0.0.1:1"], ["A server on 127.0.0.1:23"]))
        self.assertFalse(console.agrees(["epoch 0633b270d7916ade"], ["epoch "]))


if __name__ == "__main__":
    unittest.main()
