#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what subscribers received with what the naive model predicts.

  check_events.py --rules RULES --capture CAPTURE [--dependencies FILE]
                  --events FILE                          of a subscriber without a filter
                  [--filtered FILE --tag TAG ... --key-prefix PREFIX ...]
                  [--stats FILE]                         the response of GetInvalidationStats

Event files hold one event in protobuf's JSON form on each line, as `cachectl watch -o json` prints
them; the statistics file holds the output of `cachectl stats -o json`. The namespace must have
been new, and the pending batch flushed once, after the capture.

Prints a table and exits with status 0 if everything is equal, otherwise with 1.
"""

import argparse
import io
import itertools
import json
import sys

import naive_model

SHOWN_DIFFERENCES = 3
KIND_PREFIX = "INVALIDATION_KIND_"
STRATEGIES = ["immediate", "batched", "lazy", "cascade"]


class Report:
    """The table: a row for each thing that was checked."""

    def __init__(self):
        self.rows = []
        self.differences = []

    def check(self, what, expected, received):
        self.rows.append((what, str(expected), str(received), "PASS" if expected == received else "FAIL"))

    def check_events(self, who, expected, received):
        """`expected` and `received` are lists of (revision, where it comes from, lines)."""
        self.check(f"{who}: events", len(expected), len(received))
        self.check(f"{who}: invalidations", count_lines(expected), count_lines(received))
        unequal = 0
        for want, got in itertools.zip_longest(expected, received):
            if want is None or got is None or want[0] != got[0] or want[2] != got[2]:
                unequal += 1
                if unequal <= SHOWN_DIFFERENCES:
                    self.differences.append(describe_difference(who, want, got))
        self.check(f"{who}: events that differ", 0, unequal)

    def passed(self):
        return all(row[3] == "PASS" for row in self.rows)

    def print(self):
        rows = [("check", "expected", "received", "result")] + self.rows
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            print(f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}")
        for difference in self.differences:
            print(f"\n{difference}")


def describe_difference(who, want, got):
    lines = [f"{who}: expected {headline(want)}, received {headline(got)}"]
    wanted = want[2] if want else []
    received = got[2] if got else []
    lines += [f"  missing     {line}" for line in wanted if line not in received]
    lines += [f"  unexpected  {line}" for line in received if line not in wanted]
    if wanted and sorted(wanted) == sorted(received) and wanted != received:
        lines += ["  the same invalidations in another order:"] + [f"    {line}" for line in received]
    return "\n".join(lines)


def headline(event):
    return f"revision {event[0]} ({event[1]})" if event else "nothing"


def count_lines(events):
    return sum(len(lines) for _, _, lines in events)


def expected_events(model, capture_path):
    """Answers every predicted event with its revision (dense, from 1), and how many transactions the
    capture has with and without a write."""
    events, written, empty = [], 0, 0
    for number, predicted in naive_model.predict(model, capture_path):
        where = f"transaction {number}" if number else "the flush"
        for event in predicted:
            events.append((len(events) + 1, where, event))
        if number:
            written, empty = (written + 1, empty) if predicted else (written, empty + 1)
    return events, written, empty


def with_lines(events):
    return [(revision, where, [line_of(kind, *target) for kind, target in event])
            for revision, where, event in events]


def line_of(kind, order, name):
    return f"{kind} {naive_model.TARGET_NAMES[order]} {name}"


def received_events(path):
    """The events of a file in order of arrival, the parts of a revision joined."""
    events = []
    complete = True
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            lines = [received_line(invalidation) for invalidation in event.get("invalidations", [])]
            revision = int(event["revision"])
            if complete:
                events.append((revision, event.get("source", "no source"), lines))
            else:
                assert events[-1][0] == revision, f"revision {revision} inside an unfinished one"
                events[-1][2].extend(lines)
            complete = event.get("lastPart", False)
    return events


def received_line(invalidation):
    kind = invalidation["kind"][len(KIND_PREFIX):]
    for order, name in naive_model.TARGET_NAMES.items():
        if name in invalidation:
            return line_of(kind, order, invalidation[name])
    return f"{kind} everything"


def passes_filter(event, tags, key_prefixes):
    """Whether anything in the event may concern a subscriber with this filter. An empty list of one
    kind lets everything of that kind through."""
    return any(target_passes(target, tags, key_prefixes) for _, target in event)


def target_passes(target, tags, key_prefixes):
    order, name = target
    if order == naive_model.TAG:
        return not tags or any((name + ":").startswith(tag + ":") or (tag + ":").startswith(name + ":") for tag in tags)
    if order == naive_model.KEY:
        return not key_prefixes or any(name.startswith(prefix) for prefix in key_prefixes)
    literal = "".join(itertools.takewhile(lambda character: character not in r"\.[](){}*+?|^$", name))
    return not key_prefixes or any(
        literal.startswith(prefix) or prefix.startswith(literal) for prefix in key_prefixes)


def check_statistics(report, model, path):
    with open(path, encoding="utf-8") as file:
        answer = json.load(file)
    stats = answer.get("stats", answer)

    def check(name, expected):
        report.check(f"statistics: {name}", expected, int(stats.get(name, 0)))

    check("rules", len(model.rules))
    check("relationships", len(model.relationships))
    check("totalInvalidations", sum(model.counters[strategy] for strategy in STRATEGIES))
    for strategy in STRATEGIES:
        check(f"{strategy}Invalidations", model.counters[strategy])
    check("widened", model.counters["widened"])
    check("pendingTargets", 0)
    executions = {rule["name"]: int(rule.get("executionCount", 0)) for rule in stats.get("ruleDetails", [])}
    report.check("statistics: executions of each rule",
                 {name: model.executions.get(name, 0) for name in model.rules} == executions, True)


def parse_options():
    parser = argparse.ArgumentParser(description="Compares received events with the model's.")
    parser.add_argument("--rules", required=True)
    parser.add_argument("--capture", required=True)
    parser.add_argument("--dependencies")
    parser.add_argument("--events", required=True)
    parser.add_argument("--filtered")
    parser.add_argument("--tag", action="append", default=[])
    parser.add_argument("--key-prefix", action="append", default=[])
    parser.add_argument("--stats")
    return parser.parse_args()


def main():
    options = parse_options()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    model = naive_model.load_model(options.rules, options.dependencies)
    expected, written, empty = expected_events(model, options.capture)
    report = Report()
    print(f"{written} transactions with writes, {empty} without\n")
    report.check_events("all", with_lines(expected), received_events(options.events))
    if options.filtered:
        passing = [event for event in expected if passes_filter(event[2], options.tag, options.key_prefix)]
        report.check_events("filtered", with_lines(passing), received_events(options.filtered))
    if options.stats:
        check_statistics(report, model, options.stats)
    report.print()
    print("\nPASS" if report.passed() else "\nFAIL")
    sys.exit(0 if report.passed() else 1)


if __name__ == "__main__":
    main()
