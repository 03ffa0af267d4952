# SPDX-License-Identifier: Apache-2.0
"""Prints "N passed, N failed" for one `bazel test`, from its build event file (--build_event_json_file).

Test cases are counted, as each test's own XML report has them; a test without one, or that failed without saying which case
(it crashed, ran out of time or did not build), counts as one. Exit status 0 when something passed and nothing failed.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree


def cases(report):
    """(passed, failed) of one XML report: gtest's, or the one that Bazel writes for a script."""
    passed = failed = 0
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is None and case.get("status") != "notrun":
            passed += 1
    return passed, failed


def report_of(result):
    """The path of the XML report among a test result's outputs, or None."""
    for output in result.get("testActionOutput", []):
        if output["name"] == "test.xml" and "uri" in output:
            return urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)
    return None


def count(events):
    """(passed, failed) over all tests of the events."""
    outcome = {}  # (label, run, shard) -> (passed, failed); a later attempt replaces an earlier one
    for line in events:
        event = json.loads(line)
        name = event["id"]
        if "testResult" in name and "testResult" in event:
            name, result = name["testResult"], event["testResult"]
            report = report_of(result)
            passed, failed = cases(report) if report else (0, 0)
            if result["status"] == "PASSED":
                passed = max(passed, 1)
            else:
                failed = max(failed, 1)
            outcome[name["label"], name.get("run", 1), name.get("shard", 1)] = (passed, failed)
        elif "targetCompleted" in name and not event.get("completed", {}).get("success", False):
            # It did not build (or its tests failed, which the results above say better).
            outcome.setdefault((name["targetCompleted"]["label"], 1, 1), (0, 1))
    return sum(p for p, _ in outcome.values()), sum(f for _, f in outcome.values())


def main():
    with open(sys.argv[1], encoding="utf-8") as events:
        passed, failed = count(events)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
