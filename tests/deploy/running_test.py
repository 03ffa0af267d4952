# SPDX-License-Identifier: Apache-2.0
"""The manifests' command lines, the probes and the runbook's commands work; the number of series is bounded.

$SERVER, $CACHECTL and $CONNECT are the programs. Runs at the top of the tree.
"""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request

import connector
import manifests
import queries
import server

PATIENCE_SECONDS = 30
# What one server may cost a Prometheus.
MAX_SERIES = 5_000
STATUS_CODES = 17


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_SECONDS) as response:
        return response.read().decode()


def cachectl(port, *arguments, **variables):
    """The output of cachectl, which must succeed."""
    environment = {**os.environ, "CACHE_INVALIDATION_ENDPOINT": f"localhost:{port}", **variables}
    done = subprocess.run([os.environ["CACHECTL"], *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"cachectl {arguments} failed: {done.stderr}")
    return done.stdout


def wait_for(path, process):
    end = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError("the server does not start")
        time.sleep(0.02)


class PodTest(unittest.TestCase):
    """What the pods of an overlay run."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"])
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def start(self, container):
        """Starts the server with the flags of the manifest, but in a directory of the test and on free ports."""
        port_file = self.directory / "ports"
        flags = manifests.flags(container)
        flags |= {"data_dir": self.directory / "data", "grpc_port": 0, "http_port": 0, "listen_address": "127.0.0.1"}
        arguments = [f"--{name}={value}" for name, value in {**flags, "port_file": port_file}.items()]
        process = subprocess.Popen([os.environ["SERVER"], *arguments], stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for(port_file, process)
        return process, dict(line.split("=") for line in port_file.read_text().split())

    def test_the_server_starts_is_probed_gets_its_rules_and_stops(self):
        items = manifests.load("overlays/production")
        pods = manifests.pods(items)
        container = manifests.containers(pods["cache-invalidation"])["server"]
        process, ports = self.start(container)
        # The probes, by the paths of the manifest.
        probes = {name: container[name]["httpGet"] for name in container if name.endswith("Probe")}
        self.assertEqual(set(probes), {"startupProbe", "livenessProbe", "readinessProbe"})
        for probe in probes.values():
            self.assertEqual(manifests.port_number(pods["cache-invalidation"], probe["port"]), 7401)
            get(ports["http"], probe["path"])
        (endpoint,) = items["ServiceMonitor", "cache-invalidation"]["spec"]["endpoints"]
        self.assertIn("cache_invalidation_build_info", get(ports["http"], endpoint["path"]))
        # The job, twice: Kubernetes may run it again.
        job = pods["cache-invalidation-rules"]["containers"][0]
        for name, text in items["ConfigMap", "cache-invalidation-rules"]["data"].items():
            (self.directory / name).write_text(text)
        arguments = [argument.replace(manifests.mount_path(job, "rules"), str(self.directory)) for argument in job["args"]]
        variables = {variable["name"]: variable["value"] for variable in job["env"]}
        variables["CACHE_INVALIDATION_ENDPOINT"] = f"127.0.0.1:{ports['grpc']}"
        for _ in range(2):
            cachectl(ports["grpc"], *arguments, **variables)
        self.assertIn("customer_order_lists", cachectl(ports["grpc"], "rule", "list"))
        # It ends in time, and what it kept is there after the next start.
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(pods["cache-invalidation"]["terminationGracePeriodSeconds"]), 0)
        (self.directory / "ports").unlink()
        process, ports = self.start(container)
        self.assertIn("customer_order_lists", cachectl(ports["grpc"], "rule", "list"))


class ServerTest(unittest.TestCase):
    """With a server in memory that has been used."""

    @classmethod
    def setUpClass(cls):
        cls.directory = cls.enterClassContext(tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"]))
        cls.ports = cls.enterClassContext(server.running(os.environ["SERVER"], cls.directory))
        cachectl(cls.ports["grpc"], "write", "orders", "1001", "update")

    def test_the_commands_of_the_runbook_work(self):
        blocks = re.findall(r"```sh\n(.*?)```", pathlib.Path("docs/runbook.md").read_text(), re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines() if not line.startswith("kubectl")]
        self.assertGreater(len(lines), 40)
        programs = pathlib.Path(self.directory) / "programs"
        programs.mkdir()
        (programs / "cachectl").symlink_to(os.environ["CACHECTL"])
        environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        begin = "set -o pipefail\n" + "\n".join(line for line in lines if re.match(r"[A-Z]+=|export ", line))
        ports = {7400: self.ports["grpc"], 7401: self.ports["http"], **self.connectors()}
        for line in lines:
            script = f"{begin}\n{line}"
            for documented, port in ports.items():
                script = script.replace(f":{documented}", f":{port}")
            done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), line)

    def connectors(self):
        """Starts one of each kind, without what it follows or feeds; gives the ports by those of the runbook."""
        ports = {}
        for documented, kind in enumerate(("source", "redis", "http"), 7402):
            folder = pathlib.Path(self.directory) / kind
            config = connector.configuration(folder, kind, endpoint=f"127.0.0.1:{self.ports['grpc']}")
            running = self.enterContext(connector.running(os.environ["CONNECT"], folder, config))
            running.await_page("/metrics", "_connected")
            ports[documented] = running.port
        return ports

    def test_the_number_of_series_is_bounded(self):
        """The labels have fixed values, but for the status codes, whose series begin with their first call."""
        samples = queries.samples(get(self.ports["http"], "/metrics"))
        by_code = [labels for name, labels in samples if name == "grpc_server_handled_total"]
        methods = [labels["grpc_method"] for name, labels in samples if name == "grpc_server_started_total"]
        fixed = len(samples) - len(by_code)
        most = fixed + STATUS_CODES * len(methods)
        print(f"{fixed} series, and {STATUS_CODES} status codes of {len(methods)} methods: at most {most}")
        self.assertLessEqual(most, MAX_SERIES)
        readme = re.sub(r"\s+", " ", pathlib.Path("deploy/README.md").read_text())
        (said,) = re.findall(r"at most ([\d,]+) series", readme)
        self.assertLessEqual(most, int(said.replace(",", "")))

    def test_use_adds_series_of_status_codes_only(self):
        """Neither namespaces, subscribers, rules and entries, nor flags, have series of their own, but for each shard."""

        def series(port):
            samples = queries.samples(get(port, "/metrics"))
            return {
                (name, *sorted((label, value) for label, value in labels.items() if label != "shard"))
                for name, labels in samples
                if name != "grpc_server_handled_total"
            }

        before = series(self.ports["http"])
        port = self.ports["grpc"]
        for i in range(5):
            space = {"CACHE_INVALIDATION_NAMESPACE": f"space{i}"}
            cachectl(port, "rule", "register", f"rule{i}", "--trigger", "orders", "--invalidate", f"list{i}:{{resource_id}}", **space)
            cachectl(port, "entry", "track", f"key{i}", "--tag", f"orders:{i}", **space)
            cachectl(port, "write", "orders", str(i), "update", **space)
            cachectl(port, "watch", "--from-revision", "0", "--until-revision", "1", **space)
        self.assertEqual(series(self.ports["http"]), before)
        with tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"]) as directory:
            large = ["--shards=64", "--max_namespaces=1000000", "--max_subscriptions=1000000"]
            with server.running(os.environ["SERVER"], directory, large) as ports:
                self.assertEqual(series(ports["http"]), before)


if __name__ == "__main__":
    unittest.main()
