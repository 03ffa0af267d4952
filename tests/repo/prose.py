# SPDX-License-Identifier: Apache-2.0
"""Prose: comments of headers and protos are written in the plain words of the field."""

import re

from source import Finding

# What is refused, and what to write instead. Only forms that have no plain meaning beside the one refused.
_DIALECT = [
    (r"\banswers (?:how|whether|what|which|when|why|the|a|an|with|all|it|them|nothing)\b", "returns"),
    (r"(?:^|[;,.:] ?)[Aa]nswers\b", "returns"),
    (r"\b[Ww]ho(?:so)?ever\b", "the caller, any thread, ... that"),
    (r"\b(?:he|she|his) who\b|\b[Ww]ho (?:comes|came|waits)\b", "the caller, subscriber, ... that"),
    (r"\bst(?:ands|ood) (?:above|below|behind|beside|there|at|in front)\b", "is"),
    (r"\bfor so (?:long|many|much)\b|\b(?:until|after|at most|least) so (?:long|many|much)\b", "for `duration`, at most `count`"),
    (r"\b(?:is|are|was|were|be|been|being) told\b|\btells (?:of|that|whether|how|what|it|them|the)\b", "is notified, reports, sends"),
    (r"\blittle by little\b", "incrementally"),
    (r"\b[Nn]obody\b|\b[Ss]omebody\b", "no caller, no thread, ..."),
    (r"\bto mend\b|\bmends\b|\bmended\b", "fix"),
    (r"\bas dear\b|\bis dear\b|\bdearer\b", "expensive"),
]
_PATTERNS = [(re.compile(pattern), instead) for pattern, instead in _DIALECT]
_COMMENT = re.compile(r"(?<![:\"])//+\s?(.*)")


def check(source):
    """Findings for dialect in the comments of headers and protos."""
    if not source.path.endswith((".h", ".proto")):
        return []
    findings = []
    for number, line in enumerate(source.text.splitlines(), 1):
        comment = _COMMENT.search(line)
        if not comment:
            continue
        for pattern, instead in _PATTERNS:
            match = pattern.search(comment.group(1))
            if match:
                findings.append(Finding(source.path, number, f'"{match.group().strip()}": write {instead}'))
    return findings
