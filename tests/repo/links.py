# SPDX-License-Identifier: Apache-2.0
"""Checks the links of all Markdown pages: each leads to a file or folder of the tree, and to a heading that its page has.

  links.py DIRECTORY

Links to other sites are not followed.
"""

import os
import re
import sys

import source

_FENCE = re.compile(r"^ *(```|~~~)")
_HEADING = re.compile(r"^#{1,6} +(.*?)(?: +#+)?$")
_LINK = re.compile(r"\]\(\s*<?([^)<>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$")
_INLINE_CODE = re.compile(r"(`+)(?:.*?)\1")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")


def prose_of(text):
    """(line, text) of each line outside of fenced blocks; a link can begin on one line and end on the next."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors_of(text):
    """The anchors of the headings, as GitHub makes them: the second of the same text ends in -1."""
    anchors = set()
    for _, line in prose_of(text):
        heading = _HEADING.match(line)
        if not heading:
            continue
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1))
        name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        anchor, repetition = name, 0
        while anchor in anchors:
            repetition += 1
            anchor = f"{name}-{repetition}"
        anchors.add(anchor)
    return anchors


def links_of(text):
    """(line, target) of each link that leads into the tree."""
    found = []
    for number, line in prose_of(text):
        shown = _INLINE_CODE.sub("", line)
        # The text of a link can be code: what is left of it are brackets.
        found += [(number, target) for target in _LINK.findall(shown) + _REFERENCE.findall(shown)]
    return [(number, target) for number, target in found if not _ELSEWHERE.match(target)]


def mistakes(root, pages):
    """What is wrong with the links of the pages, one line each."""
    anchors = {page.path: anchors_of(page.text) for page in pages}
    found = []
    for page in pages:
        for line, target in links_of(page.text):
            path, _, anchor = target.partition("#")
            there = os.path.normpath(os.path.join(os.path.dirname(page.path), path)) if path else page.path
            if there.startswith("..") or not os.path.exists(os.path.join(root, there)):
                found.append(f"{page.path}:{line}: {target}: there is no {there}")
            elif anchor and anchor not in anchors.get(there, set()):
                found.append(f"{page.path}:{line}: {target}: {there} has no such heading")
    return found


def main():
    root = sys.argv[1]
    pages = [file for file in source.read_tree(root) if file.path.endswith(".md")]
    links = sum(len(links_of(page.text)) for page in pages)
    found = mistakes(root, pages)
    print("\n".join(found + [f"{len(pages)} pages, {links} links, {len(found)} dead"]))
    # A tree without links is not the tree that was meant.
    return 1 if found or not links else 0


if __name__ == "__main__":
    sys.exit(main())
