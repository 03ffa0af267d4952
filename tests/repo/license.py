# SPDX-License-Identifier: Apache-2.0
"""License: every file that can have a comment names its license, in the form that tools read (https://spdx.dev)."""

from source import Finding

LINE = "SPDX-License-Identifier: Apache-2.0"
# Below the first line of a script, and below what has to begin a file.
_WITHIN = 8
# JSON has no comments.
_WITHOUT_COMMENTS = (".json",)


def check(source):
    """A finding for a file that does not say so near its beginning."""
    if source.path.endswith(_WITHOUT_COMMENTS) or LINE in "\n".join(source.text.splitlines()[:_WITHIN]):
        return []
    return [Finding(source.path, 1, f"has no line with {LINE}")]
