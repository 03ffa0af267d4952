# SPDX-License-Identifier: Apache-2.0
"""Alerts and dashboard: promtool's tests, generated files, the runbook, and the numbers that belong to the server's flags.

$SERVER is the server. Needs promtool, of Debian's package prometheus. Runs at the top of the tree.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import manifests
import queries
import yaml
from manifests_test import server_flags


FOLDERS = [queries.MONITORING, queries.CONNECT_MONITORING]


def promtool(folder, *arguments):
    """Runs promtool in a folder of alerts; fails with what it prints."""
    done = subprocess.run(
        ["promtool", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise AssertionError(done.stdout)
    return done.stdout


def anchor(heading):
    """The fragment of a heading's address."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


class AlertsTest(unittest.TestCase):
    def test_promtool_accepts_the_rules_and_its_tests_pass(self):
        for folder in FOLDERS:
            found = f"SUCCESS: {len(queries.alerts_of(folder))} rules found"
            self.assertIn(found, promtool(folder, "check", "rules", "alerts.yaml"))
            self.assertIn("SUCCESS", promtool(folder, "test", "rules", "alerts_test.yaml"))
            promtool(folder, "check", "config", "scrape.yaml")

    def test_each_alert_is_seen_firing_and_not_firing(self):
        tests = [test for folder in FOLDERS for test in yaml.safe_load((folder / "alerts_test.yaml").read_text())["tests"]]
        seen = set()
        for test in tests:
            firing = [
                {re.search(r'alertname="(\w+)"', sample["labels"]).group(1) for sample in check["exp_samples"]}
                for check in test["promql_expr_test"]
            ]
            # The series of the test are those of the alert, so each time without it is a time when it must not fire.
            seen |= {alert for alerts in firing for alert in alerts if any(alert not in others for others in firing)}
        self.assertEqual(seen, {alert["alert"] for alert in queries.alerts()})

    def test_each_alert_says_what_it_means_and_what_to_do(self):
        runbook = pathlib.Path("docs/runbook.md").read_text()
        sections = re.findall(r"^## (.*)$", runbook, re.MULTILINE)
        anchors = {anchor(section) for section in sections}
        names = []
        for alert in queries.alerts():
            names.append(alert["alert"])
            annotations = alert["annotations"]
            self.assertEqual(set(annotations), {"summary", "description", "runbook"})
            self.assertIn(alert["labels"]["severity"], ("critical", "warning", "info"))
            page, _, fragment = annotations["runbook"].partition("#")
            self.assertEqual((page, fragment), ("docs/runbook.md", anchor(alert["alert"])))
            self.assertIn(fragment, anchors)
        # In the same order, and no section is left of an alert that is gone.
        self.assertEqual([section for section in sections if section.startswith("CacheInvalidation")], names)

    def threshold(self, name):
        (alert,) = [alert for alert in queries.alerts() if alert["alert"] == name]
        return int(re.search(r"> (\d+)(?:$| or )", alert["expr"]).group(1))

    def test_thresholds_belong_to_flags_and_manifests(self):
        defaults = server_flags()
        server = manifests.containers(manifests.pods(manifests.load("base"))["cache-invalidation"])["server"]
        given = {**defaults, **manifests.flags(server)}
        max_memory = manifests.count_of_bytes(server["resources"]["limits"]["memory"]) * 15 // 16
        self.assertEqual(given["max_memory"], "0")
        self.assertEqual(self.threshold("CacheInvalidationMemory"), max_memory * 3 // 4)
        self.assertEqual(self.threshold("CacheInvalidationHistoryShort"), int(given["event_retention_bytes"]) * 9 // 10)

    def test_thresholds_of_connectors_belong_to_settings(self):
        (limit,) = set(re.findall(r"max_slot_wal_keep_size = '(\d+)GB'", pathlib.Path("docs/postgresql.md").read_text()))
        self.assertEqual(self.threshold("CacheInvalidationSourceRetainsLog"), (int(limit) << 30) * 3 // 4)
        (limit,) = re.findall(r"max_targets: (\d+)", pathlib.Path("docs/redis.md").read_text())
        self.assertEqual(self.threshold("CacheInvalidationRedisWidened"), int(limit) * 9 // 10)
        (limit,) = re.findall(r"`max_pending` \| (\d+) keys", pathlib.Path("docs/http-caches.md").read_text())
        self.assertEqual(self.threshold("CacheInvalidationPurgesWidened"), int(limit) * 9 // 10)

    def test_the_scrape_configuration_names_the_service(self):
        (scrape,) = yaml.safe_load((queries.MONITORING / "scrape.yaml").read_text())["scrape_configs"]
        (target,) = scrape["dns_sd_configs"]
        ((name),) = target["names"]
        service = manifests.load("base")["Service", name.split(".")[0]]
        self.assertEqual(service["spec"]["ports"][0]["port"], target["port"])
        self.assertEqual(scrape["job_name"], "cache-invalidation")


class GeneratedTest(unittest.TestCase):
    def test_files_are_what_generate_writes(self):
        with tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"]) as directory:
            subprocess.run([sys.executable, queries.MONITORING / "generate.py", directory], check=True)
            for name in ["monitoring/dashboard.json", "monitoring/prometheus_rule.yaml", "connect/monitoring/prometheus_rule.yaml"]:
                written = (pathlib.Path(directory) / name).read_text()
                self.assertEqual((pathlib.Path("deploy") / name).read_text(), written, f"run deploy/monitoring/generate.py: {name}")

    def test_the_dashboard_is_complete(self):
        panels = queries.dashboard()["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        self.assertEqual(len({panel["title"] for panel in panels}), len(panels))
        self.assertGreater(len(queries.panel_queries()), 30)
        cells = [
            (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
            for panel in panels
            for x in range(panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["h"])
        ]
        self.assertEqual(len(set(cells)), len(cells), "panels overlap")


class QueriesTest(unittest.TestCase):
    def test_selectors_of_a_query(self):
        for query, expected in [
            ("up", ["up"]),
            ('histogram_quantile(0.99, sum by (le, a_b) (rate(x_bucket{c="d e{", f=~"g|h"}[5m])))', ["x_bucket"]),
            ("a unless b offset 10m", ["a", "b"]),
            ("time() - a and on (job) b > 900", ["a", "b"]),
            ("a * on (job) group_left (version) b_c", ["a", "b_c"]),
            ("a > bool 1e3", ["a"]),
        ]:
            self.assertEqual([name for name, _ in queries.selectors(query)], expected, query)
        self.assertEqual(queries.selectors('a{b="c", d=~"e"}'), [("a", [("b", "=", "c"), ("d", "=~", "e")])])


if __name__ == "__main__":
    unittest.main()
