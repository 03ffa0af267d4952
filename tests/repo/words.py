# SPDX-License-Identifier: Apache-2.0
"""Words and names: unfinished work, meaningless names, paths of one machine, include guards."""

import re

from source import Finding

# Written so that this file does not name what it refuses.
_LEFT_UNDONE = r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b"
_MACHINE_PATHS = r"(?<![\w.$}*])/(" + "|".join(["wo" + "rk", "ho" + "me", "Us" + "ers"]) + r")/\w"
_REGISTRY_HOSTS = r"https?://[\w.-]*(registry|mirror|proxy)[\w.-]*"
# docs/glossary.md: the other names that types once had for one thing.
_OTHER_NAMES = r"\b(struct|class|enum|using) \w*(Reply|Answers?|Topic|NamespaceLog|TargetType|EntryPosition)\b"
# A file is named after what it holds; these hold whatever nobody found a place for.
_NAMELESS = re.compile(r"(^|_)(utils?|helpers?|misc|managers?|stuff)(_|\.|$)")


def guard_of(path):
    """The include guard of a header: the project and the path."""
    return "CACHE_INVALIDATION_" + re.sub(r"[^A-Z0-9]", "_", path.upper()) + "_"


def check(source):
    """Findings for words and names."""
    findings = []
    for pattern, message in [
        (_LEFT_UNDONE, "nothing is left undone in the tree"),
        (_MACHINE_PATHS, "a path of one machine"),
        (_REGISTRY_HOSTS, "a package registry is whatever the machine is set up for"),
        (_OTHER_NAMES, "docs/glossary.md has another word for it"),
    ]:
        findings += [Finding(source.path, line, message) for line in source.lines_matching(pattern)]
    for part in source.path.split("/"):
        if _NAMELESS.search(part):
            findings.append(Finding(source.path, 1, f'"{part}" does not say what it holds'))
    if source.path.endswith(".h"):
        guard = guard_of(source.path)
        if f"#ifndef {guard}\n#define {guard}\n" not in source.text:
            findings.append(Finding(source.path, 1, f"the include guard is {guard}"))
    return findings
