# SPDX-License-Identifier: Apache-2.0
"""Every kind of dead link is found, and what only looks like one is not."""

import pathlib
import tempfile
import unittest

import links
from source import Source

HERE = "# A page\n\n## The `a.b` of it, *twice*\n\n## Same\n\n## Same\n"


class AnchorsTest(unittest.TestCase):
    def test_anchors_are_those_of_github(self):
        self.assertEqual(links.anchors_of(HERE), {"a-page", "the-ab-of-it-twice", "same", "same-1"})

    def test_a_comment_in_a_block_is_no_heading(self):
        self.assertEqual(links.anchors_of("```sh\n# no heading\n```\n# One\n"), {"one"})


class LinksTest(unittest.TestCase):
    def dead(self, text):
        """The lines of docs/here.md, which has this text, with a dead link."""
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            (root / "docs").mkdir()
            for page in ("docs/here.md", "docs/there.md", "top.txt"):
                (root / page).write_text("")
            pages = [Source("docs/here.md", HERE + text), Source("docs/there.md", "# There\n")]
            shift = HERE.count("\n")
            return [int(mistake.split(":")[1]) - shift for mistake in links.mistakes(root, pages)]

    def test_dead_links_are_found(self):
        for text in (
            "[a](gone.md)",
            "[a](there.md#nowhere)",
            "[a](#nowhere)",
            "[`a`](gone.md)",
            "[a](../gone/)",
            "[a](../../above.md)",
            "[a](../top.txt#line)",
            "[a]: gone.md",
            "text [a\nb](gone.md)",
        ):
            self.assertEqual(self.dead(text), [text.count("\n") + 1], text)

    def test_links_that_lead_somewhere_are_not(self):
        for text in (
            "[a](there.md) [b](there.md#there) [c](#same-1) [d](../top.txt) [e](../docs/) [f](../docs)",
            "[a](https://example.com/gone.md) [b](mailto:a@b)",
            "```sh\n[a](gone.md)\n```",
            "`[a](gone.md)`",
        ):
            self.assertEqual(self.dead(text), [], text)


if __name__ == "__main__":
    unittest.main()
