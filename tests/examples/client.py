# SPDX-License-Identifier: Apache-2.0
"""A client of examples/, in a process that does what it is asked and asks for what it has to load.

Requests, one JSON object a line: {"id": 1, "do": "get", "key": "price:7"}. The process answers {"id": 1, "value": ...} or
{"id": 1, "error": ...}, in any order. Before that it asks {"load": 1, "key": ...} if it has no value, which the test answers
with {"id": 1, "do": "loaded", "value": ..., "tags": [...], "keys": [...], "ttl": seconds}.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

PATIENCE_SECONDS = 30
LANGUAGE = os.environ["LANGUAGE"]
DIRECTORY = pathlib.Path(os.environ["TEST_TMPDIR"])
TREE = pathlib.Path.cwd()


def example():
    """What starts its programs and the driver, the folder of the example with what it needs, and the environment."""
    folder = DIRECTORY / LANGUAGE
    if LANGUAGE == "python":
        environment = {**os.environ, "PYTHONPATH": f"{os.environ['GENERATED']}:{TREE}/examples/python"}
        return ["/usr/bin/python3"], TREE / "examples/python", environment
    if not folder.exists():
        shutil.copytree("examples/node", folder, ignore=shutil.ignore_patterns("node_modules"))
        (folder / "node_modules").symlink_to(os.environ["NODE_MODULES"])
    return ["node"], folder, {**os.environ, "PROTOS": str(TREE / "protos")}


SUFFIX = {"python": "py", "node": "mjs"}[LANGUAGE]


def run_readme(endpoint):
    """What the commands of the example's README.md print, typed in a copy of its folder. The packages are installed already."""
    top = DIRECTORY / "top"
    folder = top / "examples" / LANGUAGE
    shutil.copytree("protos", top / "protos")
    shutil.copytree(example()[1], folder, symlinks=True)
    (commands,) = re.findall(r"^```sh\n(.*?)^```$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    commands = commands.replace("localhost:7400", endpoint).replace("npm ci\n", "")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = ["bash", "-euc", commands]
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, timeout=60, check=True).stdout


class Client:
    """The process. `load(key)` returns what a key is loaded as, on a thread of its own, so that it can wait and ask."""

    def __init__(self, endpoint, load=None, history=None, lease=1):
        self.load = load
        self.tracked = threading.Event()  # a get that was to be held was registered
        self._futures = {}
        self._lock = threading.Lock()
        program, folder, environment = example()
        history = history or DIRECTORY / f"history-{time.monotonic_ns()}"
        driver = TREE / f"tests/examples/driver.{SUFFIX}"
        self._process = subprocess.Popen(
            [*program, str(driver), endpoint, str(lease), str(history)],
            cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )
        self._pool = concurrent.futures.ThreadPoolExecutor(max_workers=32)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def begin(self, do, **arguments):
        """Requests it. The future of its value."""
        future = concurrent.futures.Future()
        with self._lock:
            number = len(self._futures) + 1
            self._futures[number] = future
            self._send(id=number, do=do, **arguments)
        return future

    def ask(self, do, **arguments):
        return self.begin(do, **arguments).result(PATIENCE_SECONDS)

    def get(self, key):
        return self.ask("get", key=key)

    def peek(self, key):
        """What it serves from the cache; None if that is nothing."""
        return self.ask("peek", key=key)

    def release(self):
        """Lets a get go on that was to be held."""
        with self._lock:
            self._send(do="release")

    def await_live(self, live=True):
        self.await_value(lambda: self.ask("live"), live)

    def await_value(self, ask, expected):
        end = time.monotonic() + PATIENCE_SECONDS
        while ask() != expected:
            if time.monotonic() > end:
                raise AssertionError(f"is not {expected!r} in time")
            time.sleep(0.01)

    def pause(self):
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def close(self):
        self._process.stdin.close()
        self._reader.join()
        if self._process.wait(PATIENCE_SECONDS) != 0:
            raise AssertionError(f"the client ended with {self._process.returncode}")
        self._process.stdout.close()
        self._pool.shutdown()

    def _send(self, **message):
        self._process.stdin.write(json.dumps(message) + "\n")

    def _read(self):
        for line in self._process.stdout:
            message = json.loads(line)
            if "load" in message:
                self._pool.submit(self._answer, message["load"], message["key"])
            elif "tracked" in message:
                self.tracked.set()
            elif "error" in message:
                self._futures[message["id"]].set_exception(RuntimeError(message["error"]))
            else:
                self._futures[message["id"]].set_result(message["value"])
        with self._lock:
            for future in self._futures.values():
                if not future.done():
                    future.set_exception(RuntimeError("the client has ended"))

    def _answer(self, number, key):
        try:
            loaded = self.load(key)
        except Exception as error:
            self._futures[number].set_exception(error)
            raise
        with self._lock:
            self._send(id=number, do="loaded", **loaded)
