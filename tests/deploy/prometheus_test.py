# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes a real server and connectors: every query of dashboard and alerts finds its series, and they move.

$SERVER, $CACHECTL and $CONNECT are the programs. Needs prometheus, of Debian's package. Runs at the top of the tree.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from xml.etree import ElementTree

import connector
import queries
import server
import yaml

PATIENCE_SECONDS = 60
# Their series begin with the first call that ends so, or with TLS; those of connectors with a gap.
BEGIN_WITH_USE = {"grpc_server_handled_total", "cache_invalidation_certificate_expiry_timestamp_seconds"}
BEGIN_WITH_A_GAP = {
    "cache_invalidation_connect_gaps_total",
    "cache_invalidation_connect_redis_everything_total",
    "cache_invalidation_connect_sink_flushes_total",
}
# By Prometheus itself.
OF_PROMETHEUS = {"up"}
# Moved by the calls of `use`.
MOVED = [
    "cache_invalidation_writes_total",
    "cache_invalidation_rules_fired_total",
    'cache_invalidation_events_total{source="write"}',
    'cache_invalidation_event_invalidations_total{kind="evict"}',
    'cache_invalidation_fills_total{outcome="kept"}',
    "cache_invalidation_unchecked_fills_total",
    "cache_invalidation_subscription_streams_opened_total",
    "cache_invalidation_delivery_seconds_count",
    "cache_invalidation_shard_busy_seconds_total",
    'grpc_server_handled_total{grpc_method="InvalidateByWrite", grpc_code="OK"}',
    'grpc_server_handled_total{grpc_method="InvalidateByWrite", grpc_code="InvalidArgument"}',
]


def eventually(attempt):
    """What the attempt returns, once that is neither None nor False."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        result = attempt()
        if result is not None and result is not False:
            return result
        time.sleep(0.1)
    raise AssertionError("this takes too long")


def scraped(folder, port_by_service):
    """The scrape configuration of a folder, for ports of this machine: no name server knows the names of the Services."""
    (scrape,) = yaml.safe_load((folder / "scrape.yaml").read_text())["scrape_configs"]
    del scrape["dns_sd_configs"]
    scrape.pop("relabel_configs", None)
    scrape["static_configs"] = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"service": service}} for service, port in port_by_service.items()
    ]
    scrape["scrape_interval"] = "1s"
    return scrape


class Prometheus:
    """A Prometheus on a free port, which scrapes the given ports with the configuration of deploy/."""

    def __init__(self, directory, http_port, port_by_connector):
        configuration = {
            "global": {"evaluation_interval": "1s"},
            "scrape_configs": [
                scraped(queries.MONITORING, {"cache-invalidation-headless": http_port}),
                scraped(queries.CONNECT_MONITORING, port_by_connector),
            ],
            "rule_files": [str((folder / "alerts.yaml").resolve()) for folder in (queries.MONITORING, queries.CONNECT_MONITORING)],
        }
        (directory / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        self._log = directory / "log"
        command = ["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data"]
        with open(self._log, "w") as log:
            self._process = subprocess.Popen([*command, "--web.listen-address=127.0.0.1:0"], stderr=log)
        try:
            self._address = eventually(self._find_address)
            eventually(self._is_ready)
        except AssertionError:
            self.stop()
            raise

    def _find_address(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"Prometheus does not start: {self._log.read_text()}")
        found = re.search(r'msg="Listening on" address=(\S+)', self._log.read_text())
        return found and found.group(1)

    @property
    def url(self):
        return f"http://{self._address}"

    def _is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=PATIENCE_SECONDS):
                return True
        except urllib.error.HTTPError:
            return False  # it listens, but still reads its store

    def _get(self, path, **parameters):
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as response:
            return json.load(response)["data"]

    def query(self, text):
        """The series that the query returns now; a query that Prometheus refuses raises."""
        return self._get("query", query=text)["result"]

    def sum(self, selector):
        """The sum of the series; 0 if there is none yet."""
        result = self.query(f"sum({selector})")
        return float(result[0]["value"][1]) if result else 0.0

    def rules(self):
        """The state of each alert."""
        groups = self._get("rules", type="alert")["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()


class PrometheusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"])))
        cls.ports = cls.enterClassContext(server.running(os.environ["SERVER"], cls.directory))
        # Of all kinds, with the service and without what they follow or feed.
        cls.connectors = {kind: cls.enterClassContext(cls.connector(kind)) for kind in connector.AWAY}
        for running in cls.connectors.values():
            running.await_page("/metrics", "_connected")
        cls.prometheus = Prometheus(cls.directory, cls.ports["http"], {kind: of.port for kind, of in cls.connectors.items()})
        cls.addClassCleanup(cls.prometheus.stop)
        eventually(lambda: cls.prometheus.sum('up{job="cache-invalidation"}') == 1)
        eventually(lambda: cls.prometheus.sum('up{job="cache-invalidation-connect"}') == len(cls.connectors))

    @classmethod
    def connector(cls, kind):
        config = connector.configuration(cls.directory / kind, kind, endpoint=f"127.0.0.1:{cls.ports['grpc']}")
        return connector.running(os.environ["CONNECT"], cls.directory / kind, config)

    def pages(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['http']}/metrics") as response:
            return response.read().decode() + "".join(of.page("/metrics") for of in self.connectors.values())

    def exposed(self):
        return queries.samples(self.pages())

    def cachectl(self, *arguments):
        """Runs cachectl, also with what the service refuses."""
        environment = {**os.environ, "CACHE_INVALIDATION_ENDPOINT": f"localhost:{self.ports['grpc']}"}
        subprocess.run([os.environ["CACHECTL"], *arguments], env=environment, capture_output=True, check=False)

    def use(self):
        """Writes, a rule that fires, a fill, a subscriber, and a call that is refused."""
        self.cachectl("rule", "register", "lists", "--trigger", "orders", "--invalidate", "lists:{context.customer_id}")
        self.cachectl("entry", "track", "page:home", "--tag", "orders:#all")
        self.cachectl("write", "orders", "1001", "update", "--context", '{"customer_id": "a"}')
        self.cachectl("watch", "--from-revision", "0", "--until-revision", "1")
        self.cachectl("write", "", "1001", "update")

    def test_every_series_of_every_query_exists(self):
        exposed = self.exposed()
        names = {name for name, _ in exposed}
        families = set(re.findall(r"^# TYPE (\w+) ", self.pages(), re.MULTILINE))
        asked = queries.panel_queries() + [alert["expr"] for alert in queries.alerts()]
        selected = 0
        for query in asked:
            for name, matchers in queries.selectors(query):
                if name in OF_PROMETHEUS | BEGIN_WITH_USE:
                    continue
                if name in BEGIN_WITH_A_GAP:
                    self.assertIn(name, families, query)
                    continue
                self.assertIn(name, names, query)
                # These are labels that Prometheus adds.
                own = [matcher for matcher in matchers if matcher[0] not in ("job", "instance", "service")]
                found = [labels for other, labels in exposed if other == name and queries.is_selected(labels, own)]
                self.assertTrue(found, f"no series of {name} has {own}: {query}")
                selected += 1
        self.assertGreater(selected, 50)

    def test_prometheus_takes_every_query_and_counters_move(self):
        before = {selector: self.prometheus.sum(selector) for selector in MOVED}
        self.use()
        for selector, value in before.items():
            with self.subTest(selector):
                eventually(lambda selector=selector, value=value: self.prometheus.sum(selector) > value)
        without_result = [query for query in queries.panel_queries() if not self.result_of(query)]
        self.assertEqual(without_result, [])

    def result_of(self, query):
        # rate() needs two scrapes.
        try:
            return eventually(lambda: self.prometheus.query(query) or None)
        except AssertionError:
            return []

    def test_the_dashboard_can_be_drawn(self):
        self.use()
        drawn = subprocess.run([sys.executable, queries.MONITORING / "draw.py", self.prometheus.url, "30"], capture_output=True)
        self.assertEqual(drawn.returncode, 0, drawn.stderr.decode())
        texts = [element.text for element in ElementTree.fromstring(drawn.stdout).iter("{http://www.w3.org/2000/svg}text")]
        for panel in json.loads((queries.MONITORING / "dashboard.json").read_text())["panels"]:
            self.assertIn(panel["title"], texts)

    def test_alerts_are_evaluated_and_a_healthy_server_raises_none_that_is_critical(self):
        rules = eventually(self.evaluated)
        self.assertEqual({rule["name"] for rule in rules}, {alert["alert"] for alert in queries.alerts()})
        self.assertEqual([rule["name"] for rule in rules if rule["health"] != "ok"], [])
        # One can be pending from before the first scrape.
        eventually(lambda: not self.active_critical())

    def active_critical(self):
        names = {alert["alert"] for alert in queries.alerts_of(queries.MONITORING)}
        rules = [rule for rule in self.prometheus.rules() if rule["name"] in names]
        critical = [rule for rule in rules if rule["labels"]["severity"] == "critical"]
        return [rule["name"] for rule in critical if rule["state"] != "inactive"]

    def test_alerts_see_connectors_that_lack_what_they_follow_or_feed(self):
        wanted = {"CacheInvalidationSourceDisconnected", "CacheInvalidationRedisDisconnected", "CacheInvalidationPurgesFail"}
        eventually(lambda: wanted <= {rule["name"] for rule in self.prometheus.rules() if rule["state"] != "inactive"})
        eventually(lambda: self.prometheus.sum('ALERTS{alertname="CacheInvalidationHttpEmptied", alertstate="firing"}') == 1)

    def evaluated(self):
        rules = self.prometheus.rules()
        return rules if rules and all(rule["health"] != "unknown" for rule in rules) else None


if __name__ == "__main__":
    unittest.main()
