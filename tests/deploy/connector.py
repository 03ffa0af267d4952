# SPDX-License-Identifier: Apache-2.0
"""A connector for a test: cache_invalidation_connect with a configuration of its own, its pages on a port that it chooses."""

import contextlib
import copy
import pathlib
import re
import subprocess
import time
import urllib.error
import urllib.request

import manifests
import yaml

PATIENCE_SECONDS = 30
# What each kind follows or feeds, when a test has none of it: nothing listens on this port.
AWAY = {
    "source": {"source": {"postgres": {"connection": "host=127.0.0.1 port=1 dbname=shop user=follower"}}},
    "redis": {"sink": {"redis": {"address": "127.0.0.1:1"}}},
    "http": {"sink": {"http": {"endpoints": ["http://127.0.0.1:1/"]}}},
}


def merged(old, new):
    """A configuration with some of its settings replaced."""
    result = copy.deepcopy(old)
    for key, value in new.items():
        result[key] = merged(result[key], value) if isinstance(value, dict) and key in result else value
    return result


def configuration(directory, kind, overlay=None, **service):
    """The configuration of deploy/connect/OVERLAY, as the kind is called unless given, for this machine.

    The directory takes the place of the folders of the pod, and gets secrets; the port is free; what it follows or feeds is
    away. `service` replaces settings of the service.
    """
    items = manifests.load(f"connect/{overlay or kind}")
    ((_, pod),) = manifests.pods(items).items()
    (text,) = [item["data"]["connect.yaml"] for (kind_of_object, _), item in items.items() if kind_of_object == "ConfigMap"]
    text = yaml.safe_dump(merged(yaml.safe_load(text), AWAY[kind]))
    directory.mkdir(parents=True, exist_ok=True)
    for mount in manifests.containers(pod)["connect"]["volumeMounts"]:
        text = text.replace(mount["mountPath"], str(directory))
    for path in re.findall(r"\$\{file:([^}]*)\}", text):
        pathlib.Path(path).write_text("secret\n")
    return merged(yaml.safe_load(text), {"http": {"listen": "127.0.0.1:0"}, "service": service})


def check(program, directory, config):
    """Runs `check`; gives its exit code and what it prints."""
    path = directory / "check.yaml"
    path.write_text(yaml.safe_dump(config))
    done = subprocess.run([program, "check", f"--file={path}"], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def get(port, path):
    """The status and the body of a page."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_SECONDS) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Connector:
    def __init__(self, process, log):
        self.process = process
        self._log = log
        end = time.monotonic() + PATIENCE_SECONDS
        while not (found := re.search(r'http_port"?[=:](\d+)', log.read_text())):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"the connector does not start: {log.read_text()}")
            time.sleep(0.02)
        self.port = found.group(1)

    def page(self, path):
        return get(self.port, path)[1]

    def status(self, path):
        return get(self.port, path)[0]

    def await_page(self, path, text):
        """Blocks until the page contains the text."""
        end = time.monotonic() + PATIENCE_SECONDS
        while text not in (page := self.page(path)):
            if time.monotonic() > end:
                raise AssertionError(f"{path} does not contain {text}: {page}\n{self._log.read_text()}")
            time.sleep(0.05)


@contextlib.contextmanager
def running(program, directory, config):
    """Starts a connector. It ends with the block."""
    (directory / "connect.yaml").write_text(yaml.safe_dump(config))
    log = directory / "connect.log"
    with open(log, "w") as output:
        process = subprocess.Popen([program, "run", f"--file={directory}/connect.yaml"], stderr=output)
    try:
        yield Connector(process, log)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
