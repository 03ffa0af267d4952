# SPDX-License-Identifier: Apache-2.0
"""No answer of an example's cache is older than the waiting promise allows, while the service is killed and paused.

Threads read through the cache, and others write: some through the client's own writer, some as another process. A row is
committed by counting up its version; then the write is reported and waits for the subscribers. Once a write has been seen
everywhere, no get that begins later may return an older version. Loads are slow at random: they read the version, and go on
after a write of the row.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import random
import subprocess
import tempfile
import threading
import unittest

from client import DIRECTORY, LANGUAGE, PATIENCE_SECONDS, Client
from server import Mortal
from service import Service

ROWS = ["1", "urn:7", "50%", "%3A", "::"]
KINDS = ["one", "raw", "shelf", "page", "list", "sum"]
KEYS = [f"{kind}/{row}" for kind in KINDS for row in ROWS]
LARGE = [("other", f"{number:04}" + 500 * "x") for number in range(1000)]
READERS, WRITERS = 4, 2
SLOW_SECONDS = 0.2
HITS_BETWEEN_FAULTS = 60
LEASE_SECONDS = 1
SEED = 1


class Rows:
    """The database: a version of each row, and the version that no cache may be older than."""

    def __init__(self):
        self._versions = dict.fromkeys(ROWS, 0)
        self._seen = dict.fromkeys(ROWS, 0)
        self._changed = threading.Condition()

    def commit(self, row):
        with self._changed:
            self._versions[row] += 1
            return self._versions[row]

    def note_seen(self, row, version):
        with self._changed:
            self._seen[row] = max(self._seen[row], version)
            self._changed.notify_all()

    def versions(self):
        with self._changed:
            return dict(self._versions)

    def seen(self):
        with self._changed:
            return dict(self._seen)

    def await_write(self, row):
        """Returns after a write of the row, or after a while."""
        with self._changed:
            before = self._seen[row]
            self._changed.wait_for(lambda: self._seen[row] > before, SLOW_SECONDS)


class Load:
    """What the client loads: an entry of each kind for each row. Its value is {row: version}."""

    def __init__(self, rows):
        self._rows = rows
        self.client = None

    def __call__(self, key):
        kind, row = key.split("/")
        if kind == "sum":
            return {"value": self.client.get(f"one/{row}"), "keys": [f"one/{row}"]}
        versions = self._rows.versions()
        if random.random() < 0.2:
            self._rows.await_write(row)
        if kind == "list":
            return {"value": versions, "tags": ["item:#all"]}
        escaped = row.replace("%", "%25").replace(":", "%3A")
        tags = {"one": [f"item:{escaped}"], "raw": [f"item:{row}"], "shelf": [f"shelf:{len(row)}:{escaped}"], "page": []}
        return {"value": {row: versions[row]}, "tags": tags[kind]}


class KillTest(unittest.TestCase):
    def setUp(self):
        self.rows = Rows()
        self.stop = threading.Event()
        self.answers = self.hits = 0
        self.answered = threading.Condition()
        directory = pathlib.Path(tempfile.mkdtemp(dir=DIRECTORY))
        self.history = directory / "history"
        self.server = Mortal(os.environ["SERVER"], directory, ["--heartbeat=500ms"])
        self.server.start()
        self.addCleanup(self.server.close)
        self.service = Service(f"localhost:{self.server.port}")
        self.addCleanup(self.service.close)
        self.service.register("pages", trigger_tags=["item"], pattern="page/.*")

    def read(self, seed):
        """Gets entries, each of which is at least as new as what was seen everywhere before."""
        chance = random.Random(seed)
        while not self.stop.is_set():
            key = chance.choice(KEYS)
            seen = self.rows.seen()
            hit = self.client.peek(key)
            self.check(key, hit or self.client.get(key), seen)
            with self.answered:
                self.answers += 1
                self.hits += hit is not None
                self.answered.notify_all()

    @staticmethod
    def check(key, value, seen):
        for row, version in value.items():
            if version < seen[row]:
                raise AssertionError(f"{key} has version {version} of {row}, after {seen[row]} was seen everywhere")

    def write(self, seed):
        """Writes rows, until each write was seen everywhere or some client was late."""
        chance = random.Random(seed)
        while not self.stop.is_set():
            row = chance.choice(ROWS)
            version = self.rows.commit(row)
            tags = [f"shelf:{len(row)}"]
            if seed % 2:
                seen = self.client.ask("write", type="item", row=row, tags=tags, wait=True)["seen_everywhere"]
            else:
                # One transaction with others can be an event that is larger than one message.
                others = LARGE if chance.random() < 0.03 else []
                seen = self.service.write(*others, ("item", row), tags=tags)
            if seen:
                self.rows.note_seen(row, version)
            self.stop.wait(chance.uniform(0, 0.05))

    def await_hits(self):
        with self.answered:
            wanted = self.hits + HITS_BETWEEN_FAULTS
            if not self.answered.wait_for(lambda: self.hits >= wanted or self.stop.is_set(), PATIENCE_SECONDS):
                raise AssertionError("nothing comes from the cache any more")

    def faults(self):
        """Kills the server, for less and for more than a lease; and lets server and client stand still for longer."""
        for seconds in 0, 0, 1.5 * LEASE_SECONDS, 0:
            self.await_hits()
            self.server.kill()
            self.stop.wait(seconds)
            self.server.start()
        self.await_hits()
        self.server.pause()
        self.stop.wait(1.5 * LEASE_SECONDS)
        self.server.resume()
        self.await_hits()
        self.client.pause()
        self.stop.wait(2 * LEASE_SECONDS)
        seen = self.rows.seen()
        peeks = {key: self.client.begin("peek", key=key) for key in KEYS}
        self.client.resume()
        for key, peek in peeks.items():
            self.check(key, peek.result(PATIENCE_SECONDS) or {}, seen)
        self.await_hits()

    def test_no_answer_is_older_than_promised(self):
        load = Load(self.rows)
        self.client = load.client = Client(f"localhost:{self.server.port}", load, self.history, LEASE_SECONDS)
        with contextlib.closing(self.client), concurrent.futures.ThreadPoolExecutor() as pool:
            self.client.await_live()
            threads = [pool.submit(self.read, SEED + i) for i in range(READERS)]
            threads += [pool.submit(self.write, SEED + i) for i in range(WRITERS)]
            for thread in threads:
                thread.add_done_callback(lambda _: self.stop.set())  # it failed, or the test has ended
            try:
                self.faults()
            finally:
                self.stop.set()
            for thread in threads:
                thread.result()
            self.check_end()
        print(f"{self.answers} answers, {self.hits} from the cache, {sum(self.rows.versions().values())} writes")
        self.check_history()

    def check_end(self):
        """The cache is exact when everything was seen."""
        self.client.await_live()
        self.assertTrue(self.service.write(*(("item", row) for row in ROWS), tags=["shelf"]))
        versions = self.rows.versions()
        for key in KEYS:
            kind, row = key.split("/")
            for _ in range(2):
                self.assertEqual(self.client.get(key), versions if kind == "list" else {row: versions[row]})
            self.assertIsNotNone(self.client.peek(key))

    def check_history(self):
        command = [os.environ["CHECKER"], f"localhost:{self.server.port}", str(self.history)]
        checked = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        print(LANGUAGE, checked.stdout)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        counts = dict(line.split() for line in checked.stdout.splitlines())
        self.assertGreaterEqual(int(counts["streams"]), 6)  # the first, and one after each fault
        self.assertEqual(counts["resets"], "0")
        self.assertGreater(int(counts["events"]), 100)


if __name__ == "__main__":
    unittest.main()
