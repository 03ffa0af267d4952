# SPDX-License-Identifier: Apache-2.0
"""Checks that examples show every public name of the SDK: types, functions, and the methods of classes.

Usage: names_test.py. Runs at the top of the tree. An example is one of examples/, one in a public header, or one of the
guide; other tests run them all.
"""

import pathlib
import re
import sys

import examples

# Installed; the others are for the tests of this tree.
TESTING = ["fake_clock.h", "fake_server.h", "local_connection.h", "unimplemented_connection.h"]

# Declared in public headers, and not for users.
NOT_FOR_USERS = {
    "CACHE_INVALIDATION_QUOTE_NUMBER_",
    "CACHE_INVALIDATION_QUOTE_VERSION_",
}

_COMMENT = re.compile(r"//[^\n]*")
_PRIVATE = re.compile(r"^ (?:private|protected):.*?^};", re.MULTILINE | re.DOTALL)
_TYPE = re.compile(r"^(?:class|struct|enum class)\s+(\w+)\s*(?:final\s*)?[:{]", re.MULTILINE)
_ALIAS = re.compile(r"^using (?:[\w:]*::)?(\w+)(?:;|\s*=)", re.MULTILINE)
_MACRO = re.compile(r"^#define (CACHE_INVALIDATION_VERSION\w*)\b", re.MULTILINE)
# At namespace scope or in a class: its indentation is at most that of a member.
_FUNCTION = re.compile(r"^(?:  )?(?:\[\[\w+\]\] )?[\w:][\w:<>,&*\s]*?[\s&*](\w+)\(", re.MULTILINE)
_WORDS_BEFORE_PARENTHESES = {"operator", "return", "if", "while", "for", "switch", "defined", "requires"}


def public_names(header):
    """The names that the header declares for its users."""
    text = _PRIVATE.sub("};", _COMMENT.sub("", header))
    names = set(_TYPE.findall(text)) | set(_ALIAS.findall(text)) | set(_MACRO.findall(text))
    for name in _FUNCTION.findall(text):
        if not name.startswith("ABSL_") and not name.endswith("_") and name not in _WORDS_BEFORE_PARENTHESES:
            names.add(name)
    return names


def words_of_examples(headers):
    """Every word of every example."""
    texts = ["\n".join(examples.example_of(header.read_text())) for header in headers]
    texts += [path.read_text() for path in pathlib.Path("examples").rglob("*") if path.suffix in (".cc", ".h")]
    for page in pathlib.Path("docs/guide").glob("*.md"):
        texts += re.findall(r"```cpp(.*?)```", page.read_text(), re.DOTALL)
    return set(re.findall(r"\w+", "\n".join(texts)))


def main():
    headers = [*sorted(pathlib.Path("client").glob("*.h")), pathlib.Path("common/version.h")]
    headers += [pathlib.Path("client/testing") / name for name in TESTING]
    words = words_of_examples(headers)
    count, missing = 0, []
    for header in headers:
        names = public_names(header.read_text()) - NOT_FOR_USERS
        count += len(names)
        missing += [f"{header}: no example shows {name}" for name in sorted(names - words)]
    print("\n".join(missing + [f"{count} names, {len(missing)} without an example"]))
    return 1 if missing or count < 250 else 0


if __name__ == "__main__":
    sys.exit(main())
