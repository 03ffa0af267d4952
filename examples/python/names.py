# SPDX-License-Identifier: Apache-2.0
"""Names in the contract: what a tag covers, how a value is written in one, and what an invalidation hits."""

import functools
import re


def escape(value):
    """The value as one level of a tag: `order:` + escape("urn:7") is `order:urn%3A7` (docs/tags.md)."""
    return value.replace("%", "%25").replace(":", "%3A")


def levels(tag):
    """The tag and all tags above it: a:b:c, a:b, a. An invalidation of any of them hits what carries the tag."""
    parts = tag.split(":")
    return [":".join(parts[:count]) for count in range(len(parts), 0, -1)]


# What RE2 and Python's `re` read in the same way, and match without trying things again and again: plain characters, escaped
# punctuation, \d and \w, simple classes, repetition of one of these, alternatives, and groups that are not repeated.
_SAME_IN_BOTH = re.compile(
    r"""(?: (?: [^\\\[\](){}^$*+?|] | \\[!-/:-@\[-`{-~] | \\[dDwW] | \[ \^?[^\\\[\]^]+ \] ) (?:[*+?]\??|\{\d+(?:,\d*)?\})?
          | \((?:\?:)? | \)(?![*+?{]) | \| )*""",
    re.VERBOSE | re.ASCII,
)


@functools.lru_cache(1000)
def _compiled(pattern):
    """The expression, or None if it could mean something else here than in RE2."""
    if not _SAME_IN_BOTH.fullmatch(pattern):
        return None
    try:
        return re.compile(pattern, re.ASCII)
    except re.error:
        return None


def matches(pattern, key):
    """Whether a pattern may hit the key. True in doubt: a needless eviction costs a miss, a missing one a wrong value."""
    expression = _compiled(pattern)
    return expression is None or expression.fullmatch(key) is not None


def hits(invalidation, key, tags):
    """Whether an invalidation hits an entry with this key and these tags."""
    target = invalidation.WhichOneof("target")
    if target == "tag":
        return any(invalidation.tag in levels(tag) for tag in tags)
    if target == "key":
        return invalidation.key == key
    if target == "pattern":
        return matches(invalidation.pattern, key)
    return True  # everything, or a kind of target that is newer than this program
