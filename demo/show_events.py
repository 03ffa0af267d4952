#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Shows the events of one subscriber as they arrive, as far as they show something new.

  cachectl watch -o json | show_events.py --save FILE --label NAME [--only PREFIX ...]

Reads one event in protobuf's JSON form from each line and keeps all of them in FILE. Prints those
in which a cause hits something for the first time, or several things for the first time; the rest
is counted. With --only, of every event just what begins with a prefix. Ends with its input.
"""

import argparse
import json
import os
import re
import sys

SOURCES = {"WRITE": "a write", "CALL": "a call", "BATCH": "the flush of the batch"}
UUID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
WIDTH = 112
DIM, BOLD, RED, YELLOW, PLAIN = "\033[2m", "\033[1m", "\033[31m", "\033[33m", "\033[0m"


class Excerpt:
    """Decides what is worth showing, and says how much was not."""

    def __init__(self, label, prefixes, colours):
        self.label = label
        self.prefixes = tuple(prefixes) or ("",)
        self.colours = colours
        self.seen = {}  # of each group, whether it was one thing or several: 1 or 2
        self.skipped = 0

    def paint(self, colour, text):
        return f"{colour}{text}{PLAIN}" if self.colours else text

    def text_of(self, event):
        groups = group_by_cause(event, self.prefixes)
        news = [group for group, names in groups.items() if min(len(names), 2) > self.seen.get(group, 0)]
        if not news:
            self.skipped += 1
            return ""
        self.seen.update((group, min(len(groups[group]), 2)) for group in news)
        source = SOURCES.get(event.get("source", "").replace("EVENT_SOURCE_", ""), "another reason")
        lines = [self.take_skipped()] if self.skipped else []
        lines.append(self.paint(BOLD, f"[{self.label}] revision {event['revision']}, from {source}"))
        for (cause, kind), names in groups.items():
            names = fit(names, WIDTH - 46)
            colour = RED if kind == "EVICT" else YELLOW
            lines.append(f"   {self.paint(colour, f'{kind:<10}')} {names:<{WIDTH - 46}} {self.paint(DIM, cause)}")
        return "\n".join(lines) + "\n"

    def take_skipped(self):
        text = self.paint(DIM, f"[{self.label}] ... {self.skipped} more like these")
        self.skipped = 0
        return text


def group_by_cause(event, prefixes):
    """{(short text of the first cause, kind): [name of a target]} in the event's order."""
    groups = {}
    causes = event.get("causes", [])
    for invalidation in event.get("invalidations", []):
        indexes = invalidation.get("causes", [])
        cause = text_of_cause(causes[indexes[0]]) if indexes else ""
        kind = invalidation["kind"].replace("INVALIDATION_KIND_", "")
        name = name_of_target(invalidation)
        if name.startswith(prefixes):
            groups.setdefault((cause, kind), []).append(name)
    return groups


def text_of_cause(cause):
    text = cause.get("step", "").replace("CAUSE_STEP_", "").lower()
    # Which key or tag a dependent was reached through differs from event to event.
    if cause.get("name") and text != "dependency":
        text += " " + cause["name"]
    return text + (" (widened)" if cause.get("widened") else "")


def name_of_target(invalidation):
    if "pattern" in invalidation:
        return f"/{invalidation['pattern']}/"
    return invalidation.get("tag") or invalidation.get("key") or "everything"


def fit(names, width):
    """As many names as fit, and how many do not."""
    text = ""
    for index, name in enumerate(names):
        name = UUID.sub(r"\1..", name)
        name = name if len(name) <= 40 else name[:38] + ".."
        longer = f"{text}  {name}" if text else name
        rest = len(names) - index - 1
        if text and len(longer) + (len(f"  +{rest}") if rest else 0) > width:
            return f"{text}  +{rest + 1}"
        text = longer
    return text


def main():
    parser = argparse.ArgumentParser(description="Shows an excerpt of a stream of events.")
    parser.add_argument("--save", required=True)
    parser.add_argument("--label", required=True)
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    excerpt = Excerpt(options.label, options.only, sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(errors="backslashreplace")
    with open(options.save, "w", encoding="utf-8") as file:
        for line in sys.stdin:
            file.write(line)
            file.flush()
            # One write for an event: two subscribers share the terminal.
            sys.stdout.write(excerpt.text_of(json.loads(line)))
            sys.stdout.flush()
    if excerpt.skipped:
        sys.stdout.write(excerpt.take_skipped() + "\n")


if __name__ == "__main__":
    main()
