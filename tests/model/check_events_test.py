# SPDX-License-Identifier: Apache-2.0
"""The comparison itself: it passes on what was predicted and fails on everything else."""

import contextlib
import io
import json
import os
import tempfile
import unittest
from unittest import mock

import check_events
from capture_test import CAPTURE, DEPENDENCIES, RULES
import naive_model


class CheckEvents(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.model = naive_model.load_model(RULES, DEPENDENCIES)
        self.predicted = check_events.expected_events(self.model, CAPTURE)[0]

    def messages(self, predicted):
        return [{"revision": str(revision), "lastPart": True, "invalidations": [
            {"kind": "INVALIDATION_KIND_" + kind, naive_model.TARGET_NAMES[order]: name}
            for kind, (order, name) in event]} for revision, _, event in predicted]

    def write(self, name, lines):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        return path

    def run_check(self, messages, *more):
        arguments = ["check_events.py", "--rules", RULES, "--capture", CAPTURE, "--dependencies", DEPENDENCIES,
                     "--events", self.write("events", messages), *more]
        output = io.StringIO()
        with mock.patch("sys.argv", arguments), contextlib.redirect_stdout(output):
            with self.assertRaises(SystemExit) as ended:
                check_events.main()
        return ended.exception.code, output.getvalue()

    def test_what_was_predicted_passes(self):
        code, output = self.run_check(self.messages(self.predicted))
        self.assertEqual(code, 0, output)

    def test_the_parts_of_a_revision_are_joined(self):
        messages = self.messages(self.predicted)
        rest = dict(messages[0], part=1, invalidations=messages[0]["invalidations"][2:])
        messages[0].update(lastPart=False, invalidations=messages[0]["invalidations"][:2])
        code, output = self.run_check([messages[0], rest] + messages[1:])
        self.assertEqual(code, 0, output)

    def test_anything_else_fails(self):
        def last_missing(messages):
            messages.pop()

        def one_invalidation_missing(messages):
            messages[5]["invalidations"].pop()

        def one_too_many(messages):
            messages[5]["invalidations"].append({"kind": "INVALIDATION_KIND_EVICT", "everything": True})

        def another_order(messages):
            messages[5]["invalidations"].reverse()

        def another_kind(messages):
            messages[5]["invalidations"][0]["kind"] = "INVALIDATION_KIND_MARK_STALE"

        def two_events_swapped(messages):
            messages[5:7] = messages[6:4:-1]

        for change in (last_missing, one_invalidation_missing, one_too_many, another_order, another_kind,
                       two_events_swapped):
            messages = self.messages(self.predicted)
            change(messages)
            code, output = self.run_check(messages)
            self.assertEqual((code, "FAIL" in output), (1, True), change.__name__)

    def test_a_filter_by_tag_and_key(self):
        filters = ["--tag", "customers", "--key-prefix", "page:home"]
        passing = [event for event in self.predicted if any(
            (order == naive_model.TAG and (name == "customers" or name.startswith("customers:")))
            or (order == naive_model.KEY and name == "page:home")
            for _, (order, name) in event[2])]
        filtered = self.write("filtered", self.messages(passing))
        code, output = self.run_check(self.messages(self.predicted), "--filtered", filtered, *filters)
        self.assertEqual(code, 0, output)
        self.assertLess(len(passing), len(self.predicted) / 2)
        filtered = self.write("filtered", self.messages(self.predicted))
        self.assertEqual(self.run_check(self.messages(self.predicted), "--filtered", filtered, *filters)[0], 1)

    def test_filters_by_their_rules(self):
        def passes(target, tags=(), prefixes=()):
            return check_events.passes_filter([("EVICT", target)], tags, prefixes)

        tag, key, pattern = naive_model.TAG, naive_model.KEY, naive_model.PATTERN
        for target, expected in (((tag, "a:b"), True), ((tag, "a"), True), ((tag, "a:b:c"), True),
                                 ((tag, "a:bc"), False), ((tag, "c"), False), ((key, "k"), True)):
            self.assertEqual(passes(target, tags=["a:b"]), expected, target)
        for target, expected in (((key, "page:1"), True), ((key, "pag"), False), ((pattern, "page:[0-9]"), True),
                                 ((pattern, "p.*"), True), ((pattern, "x.*"), False), ((pattern, ".*"), True),
                                 ((tag, "t"), True)):
            self.assertEqual(passes(target, prefixes=["page:"]), expected, target)

    def test_statistics(self):
        counters = {f"{name}Invalidations": str(self.model.counters[name]) for name in check_events.STRATEGIES}
        stats = {"rules": str(len(self.model.rules)), "relationships": str(len(self.model.relationships)),
                 "totalInvalidations": str(sum(map(int, counters.values()))), **counters,
                 "widened": str(self.model.counters["widened"]),
                 "ruleDetails": [{"name": name, "executionCount": str(self.model.executions.get(name, 0))}
                                 for name in self.model.rules]}
        messages = self.messages(self.predicted)
        code, output = self.run_check(messages, "--stats", self.write("stats", [{"stats": stats}]))
        self.assertEqual(code, 0, output)
        stats["widened"] = "1"
        self.assertEqual(self.run_check(messages, "--stats", self.write("stats", [{"stats": stats}]))[0], 1)


if __name__ == "__main__":
    unittest.main()
