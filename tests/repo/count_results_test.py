# SPDX-License-Identifier: Apache-2.0
"""The totals of `./dev test`, from build events and reports as Bazel and gtest write them."""

import json
import os
import tempfile
import unittest

import count_results


class CountTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.events = []

    def report(self, name, cases):
        path = os.path.join(self.directory.name, name + ".xml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
        return {"name": "test.xml", "uri": "file://" + path}

    def result(self, label, status, cases=None, **which):
        outputs = [] if cases is None else [self.report(label.strip("/").replace(":", "_"), cases)]
        self.events.append(
            {"id": {"testResult": {"label": label, **which}}, "testResult": {"status": status, "testActionOutput": outputs}}
        )

    def completed(self, label, success):
        self.events.append({"id": {"targetCompleted": {"label": label}}, "completed": {"success": success} if success else {}})

    def count(self):
        return count_results.count(json.dumps(event) for event in self.events)

    def test_counts_cases(self):
        self.completed("//:a", True)
        self.result("//:a", "PASSED", '<testcase name="x" status="run"/><testcase name="y" status="run"/>')
        self.assertEqual(self.count(), (2, 0))

    def test_tells_failed_cases_from_passed_ones(self):
        self.result("//:a", "FAILED", '<testcase name="x"/><testcase name="y"><failure message="no"/></testcase>')
        self.assertEqual(self.count(), (1, 1))

    def test_skipped_and_disabled_cases_are_neither(self):
        self.result(
            "//:a", "PASSED", '<testcase name="x"/><testcase name="y"><skipped/></testcase><testcase status="notrun"/>'
        )
        self.assertEqual(self.count(), (1, 0))

    def test_a_failure_that_names_no_case_is_one(self):
        self.result("//:crashed", "FAILED", '<testcase name="x"/>')
        self.result("//:slow", "TIMEOUT")
        self.assertEqual(self.count(), (1, 2))

    def test_what_does_not_build_has_failed(self):
        self.completed("//:a", False)
        self.assertEqual(self.count(), (0, 1))

    def test_a_failed_test_is_not_counted_again_as_a_target(self):
        self.result("//:a", "FAILED", '<testcase name="x"><error/></testcase>')
        self.completed("//:a", False)
        self.assertEqual(self.count(), (0, 1))

    def test_shards_add_up_and_a_later_attempt_replaces_an_earlier_one(self):
        self.result("//:a", "PASSED", '<testcase name="x"/>', shard=1)
        self.result("//:a", "FAILED", '<testcase name="y"><failure/></testcase>', shard=2, attempt=1)
        self.result("//:a", "PASSED", '<testcase name="y"/>', shard=2, attempt=2)
        self.assertEqual(self.count(), (2, 0))


if __name__ == "__main__":
    unittest.main()
