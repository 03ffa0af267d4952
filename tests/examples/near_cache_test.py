# SPDX-License-Identifier: Apache-2.0
"""What the near cache of an example drops, keeps and refuses to serve, on a real server."""

import contextlib
import os
import pathlib
import re
import tempfile
import threading
import unittest

from client import DIRECTORY, LANGUAGE, PATIENCE_SECONDS, Client, run_readme
from server import Mortal
from service import Service

MAX_ENTRIES = 100

DEMO = """\
  query the price of A
  query the price of B
web: {A: 100, B: 250}
  query the price of A
  query the price of B
report: {A: 100, B: 250}
web again: {A: 100, B: 250}
A costs 120, seen everywhere: true
  query the price of A
web: {A: 120, B: 250}
  query the price of A
report: {A: 120, B: 250}
"""


class NearCacheTest(unittest.TestCase):
    """All tests share a server and a client; each begins with an empty cache that serves."""

    @classmethod
    def setUpClass(cls):
        cls.server = Mortal(os.environ["SERVER"], DIRECTORY, ["--heartbeat=500ms", f"--max_entries_per_namespace={MAX_ENTRIES}"])
        cls.server.start()
        cls.addClassCleanup(cls.server.close)
        endpoint = f"localhost:{cls.server.port}"
        cls.service = Service(endpoint)
        cls.addClassCleanup(cls.service.close)
        cls.client = Client(endpoint, lease=1)
        cls.addClassCleanup(cls.client.close)

    def setUp(self):
        self.rows = {}  # what keys are loaded as
        self.client.load = self.rows.__getitem__
        self.client.tracked.clear()
        self.client.await_live()
        self.assertTrue(self.service.invalidate(everything=True))

    def fill(self, rows):
        """Fills entries: {key: tags}."""
        self.rows.update({key: {"value": key, "tags": tags} for key, tags in rows.items()})
        for key in rows:
            self.assertEqual(self.client.get(key), key)
        self.assert_kept(self.rows)

    def assert_kept(self, *expected):
        """Which keys are served from the cache."""
        expected = expected[0] if expected and not isinstance(expected[0], str) else expected
        self.assertEqual({key for key in self.rows if self.client.peek(key) is not None}, set(expected))

    def test_a_tag_covers_what_is_below_it(self):
        rows = {"1": ["a"], "2": ["a:b"], "3": ["x", "a:b:c:d"], "4": ["a:bc"], "5": ["a:b%3Ac"], "6": []}
        self.fill(rows)
        self.assertTrue(self.service.invalidate(tags=["a:b:c"]))
        self.assert_kept("1", "2", "4", "5", "6")
        self.assertTrue(self.service.invalidate(tags=["a:b"]))
        self.assert_kept("1", "4", "5", "6")
        self.assertTrue(self.service.invalidate(tags=["a"], keys=["unknown"]))
        self.assert_kept("6")
        self.assertTrue(self.service.invalidate(keys=["6"]))
        self.assert_kept()

    def test_values_are_escaped(self):
        page = pathlib.Path("docs/tags.md").read_text(encoding="utf-8")
        vectors = re.findall(r"^\| `(.*)` \| `(.*)` \|$", page, re.MULTILINE)
        self.assertGreaterEqual(len(vectors), 10)
        for value, escaped in vectors:
            self.assertEqual(self.client.ask("escape", value=value), escaped)
        # An entry can carry the id of a row in either form.
        self.fill({"raw": ["order:urn:7"], "escaped": ["order:urn%3A7"], "other": ["order:urn"], "list": ["order:#all"]})
        self.assertTrue(self.service.write(("order", "urn:7")))
        self.assert_kept("other")

    def test_patterns(self):
        for pattern, hit in [
            (r"page:.*", {"page:1", "page:ü"}),
            (r"page:\d", {"page:1"}),
            (r"(?:user|page):[^0-9]{1,2}", {"page:ü", "user:x"}),
            (r"USER:x", set()),
            # Of these some mean something else here than to the service, or take too long.
            (r"(?i)USER:x", None),
            (r"[[:alpha:]]+:x", None),
            (r"\pL+:x", None),
            (r"user:x{,3}", None),
            (r"(u|us)+er:x", None),
            (r"user:[\D]", None),
        ]:
            with self.subTest(pattern):
                self.fill({key: [] for key in ("page:1", "page:ü", "user:x", "xpage:1x")})
                self.assertTrue(self.service.invalidate(pattern=pattern))
                self.assert_kept(set() if hit is None else set(self.rows) - hit)

    def test_everything(self):
        self.fill({"1": ["a"], "2": []})
        self.assertTrue(self.service.invalidate(everything=True))
        self.assert_kept()

    def test_what_is_marked_as_stale_is_not_served(self):
        self.fill({"1": ["a"], "2": ["b"]})
        self.assertTrue(self.service.invalidate(tags=["a"], strategy="INVALIDATION_STRATEGY_LAZY"))
        self.assert_kept("2")
        self.fill({"1": ["a"]})

    def test_an_event_in_parts(self):
        rows = [("row", f"{number:05}" + 400 * "x") for number in range(2000)]
        tags = {key: [f"row:{rows[place][1]}"] for key, place in [("first", 0), ("middle", 1000), ("last", -1)]}
        self.fill({**tags, "other": ["row:other"]})
        self.assertTrue(self.service.write(*rows))
        self.assert_kept("other")
        self.fill(tags)

    def test_what_was_loaded_before_an_invalidation_is_not_kept(self):
        self.rows["old"] = {"value": "old", "tags": ["row:1"]}
        begun, end = threading.Event(), threading.Event()

        def load(key):
            begun.set()
            self.assertTrue(end.wait(PATIENCE_SECONDS))
            return self.rows[key]

        self.client.load = load
        value = self.client.begin("get", key="old")
        self.assertTrue(begun.wait(PATIENCE_SECONDS))
        self.assertTrue(self.service.write(("row", "1")))
        end.set()
        self.assertEqual(value.result(PATIENCE_SECONDS), "old")
        self.assert_kept()

    def test_an_invalidation_between_the_answer_and_the_fill(self):
        for hit in "row", "other", "row, and more than is remembered":
            with self.subTest(hit):
                self.rows["key"] = {"value": "old", "tags": ["row:1"]}
                self.client.tracked.clear()
                value = self.client.begin("get", key="key", hold=True)
                self.assertTrue(self.client.tracked.wait(PATIENCE_SECONDS))
                self.assertTrue(self.service.write(("other" if hit == "other" else "row", "1")))
                for _ in range(3 if hit.endswith("remembered") else 0):
                    self.assertTrue(self.service.write(*(("other", str(number)) for number in range(8000))))
                self.client.release()
                self.assertEqual(value.result(PATIENCE_SECONDS), "old")
                self.assert_kept({"key"} if hit == "other" else set())
                self.assertTrue(self.service.invalidate(keys=["key"]))

    def test_what_is_computed_from_a_key_is_dropped_with_it(self):
        self.fill({"part": ["row:1"]})
        self.rows["whole"] = {"value": "whole", "keys": ["part"]}
        self.assertEqual(self.client.get("whole"), "whole")
        self.assert_kept("part", "whole")
        self.assertTrue(self.service.write(("row", "1")))
        self.assert_kept()
        # Nobody knows what an unknown key was made of.
        self.rows["unknown"] = {"value": "unknown", "keys": ["nobody"]}
        self.assertEqual(self.client.get("unknown"), "unknown")
        self.assert_kept()

    def test_a_time_to_live(self):
        self.rows["brief"] = {"value": "brief", "ttl": 0.2}
        self.assertEqual(self.client.get("brief"), "brief")
        self.client.await_value(lambda: self.client.peek("brief"), None)
        self.assertTrue(self.client.ask("live"))

    def test_the_oldest_entries_go_at_the_limit_of_the_service(self):
        for number in range(MAX_ENTRIES + 50):
            self.rows[str(number)] = {"value": number, "tags": ["row"]}
            self.assertEqual(self.client.get(str(number)), number)
        self.assertTrue(self.service.write(("another", "1")))
        kept = [key for key in self.rows if self.client.peek(key) is not None]
        self.assertLessEqual(len(kept), MAX_ENTRIES)
        self.assertGreater(len(kept), MAX_ENTRIES / 2)

    def test_a_lost_service_is_trusted_for_a_lease(self):
        self.fill({"1": ["row:1"], "2": ["row:2"]})
        self.server.kill()
        self.assert_kept("1", "2")
        self.client.await_live(False)
        self.assert_kept()
        self.assertEqual(self.client.get("1"), "1")  # from the source
        self.assert_kept()
        self.server.start()
        self.assertTrue(self.service.write(("row", "1")))
        self.client.await_live()
        self.assert_kept("2")  # it has resumed

    def test_a_silent_service_is_trusted_for_a_lease(self):
        self.fill({"1": ["row:1"], "2": ["row:2"]})
        self.server.pause()
        self.client.await_live(False)
        self.server.resume()
        self.assertTrue(self.service.write(("row", "1")))
        self.client.await_live()
        self.assert_kept("2")

    def test_a_reset_empties_the_cache(self):
        self.fill({"1": ["row:1"], "2": []})
        self.service.delete_namespace("default")
        self.client.await_value(lambda: [self.client.peek("1"), self.client.peek("2")], [None, None])
        self.client.await_live()
        self.assertTrue(self.service.write(("row", "3")))  # begins the namespace anew: fills from before are refused
        self.fill({"1": ["row:1"], "2": []})
        self.assertTrue(self.service.write(("row", "1")))
        self.assert_kept("2")

    def test_another_history_empties_the_cache(self):
        self.fill({"1": ["row:1"], "2": []})
        self.server.kill()
        self.server.start(["--new_epoch", "--longest_earlier_lease=1s"])
        self.assertTrue(self.service.write(("row", "3")))
        self.client.await_live()
        self.assert_kept()
        self.fill({"1": ["row:1"], "2": []})
        self.assertTrue(self.service.write(("row", "1")))
        self.assert_kept("2")

    def test_writers_do_not_wait_for_a_stopped_client_beyond_its_lease(self):
        self.fill({"1": ["row:1"], "2": ["row:2"]})
        self.client.pause()
        self.assertTrue(self.service.write(("row", "1")))
        value = self.client.begin("peek", key="1")
        self.client.resume()
        self.assertIsNone(value.result(PATIENCE_SECONDS))
        self.client.await_live()
        self.assert_kept("2")

    def test_writes(self):
        self.service.register(
            "owners", trigger_tags=["item"], invalidate_tags=["owner:{context.owner}", "price:{context.price}"]
        )
        tags = ["owner:a", "owner:b", "owner:c", "price:9007199254740993", "price:9007199254740992", "item:1", "item:2"]
        self.fill({tag: [tag] for tag in [*tags, "shelf:x:1"]})
        price = {"$number": "9007199254740993"}  # what a double does not hold
        context = {"owner": "b", "price": price, "paid": None, "parts": [1, True], "old": {"owner": "a", "price": price}}
        written = self.client.ask("write", type="item", row="1", context=context, tags=["shelf:x"], wait=True)
        self.assertTrue(written["seen_everywhere"])
        self.assert_kept("owner:c", "price:9007199254740992", "item:2")
        later = self.client.ask("write", type="item", row="2", wait=False)
        self.assertEqual(later, {"revision": written["revision"] + 1, "seen_everywhere": False})

    def test_a_write_is_repeated_until_the_service_has_it(self):
        self.fill({"1": ["row:1"]})
        self.server.kill()
        written = self.client.begin("write", type="row", row="1", wait=True)
        with self.assertRaises(RuntimeError):
            self.client.ask("write", type="row", row="1", seconds=0.5)
        self.server.start()
        self.assertTrue(written.result(PATIENCE_SECONDS)["seen_everywhere"])
        self.assert_kept()

    def test_a_refused_write_is_not_repeated(self):
        with self.assertRaisesRegex(RuntimeError, "resource_type"):
            self.client.ask("write", type="a:b", row="1")

    def test_the_commands_of_the_readme(self):
        shown = run_readme(f"localhost:{self.server.port}").replace("'", "").replace("{ ", "{").replace(" }", "}")
        self.assertEqual(shown.replace("True", "true"), DEMO)


class OwnServerTest(unittest.TestCase):
    """Each test has a server of its own, which would wait for long leases after each later start."""

    def setUp(self):
        directory = pathlib.Path(tempfile.mkdtemp(dir=DIRECTORY))
        self.policy = directory / "policy.yaml"
        self.policy.write_text("anonymous:\n  roles: [{role: admin, namespaces: ['*']}]\n")
        self.server = Mortal(os.environ["SERVER"], directory, [f"--policy_file={self.policy}"])
        self.server.start()
        self.addCleanup(self.server.close)
        self.endpoint = f"localhost:{self.server.port}"

    def test_what_was_loaded_in_another_history_is_not_kept(self):
        """The cache has a long lease, and serves nothing of the new history until it follows it."""
        begun, end = threading.Event(), threading.Event()

        def load(_):
            begun.set()
            self.assertTrue(end.wait(PATIENCE_SECONDS))
            return {"value": "old", "tags": ["row:1"]}

        with contextlib.closing(Client(self.endpoint, load, lease=20)) as client:
            client.await_live()
            value = client.begin("get", key="old")
            self.assertTrue(begun.wait(PATIENCE_SECONDS))
            self.server.kill()
            self.server.start(["--new_epoch", "--longest_earlier_lease=1s"])
            end.set()
            self.assertEqual(value.result(PATIENCE_SECONDS), "old")
            self.assertIsNone(client.peek("old"))
            client.await_value(lambda: [client.get("old"), client.peek("old")], ["old", "old"])

    def test_a_client_that_leaves_keeps_no_writer_waiting(self):
        client = Client(self.endpoint, lease=60)
        client.await_live()
        with contextlib.closing(Service(self.endpoint)) as service:
            (subscriber,) = service.subscribers()
            self.assertEqual((subscriber.name, subscriber.lease.seconds, subscriber.acknowledges), (LANGUAGE, 60, True))
            client.close()
            self.assertEqual(service.subscribers(), [])
            self.assertTrue(service.write(("row", "1")))

    def test_a_write_over_a_limit_of_calls_is_repeated(self):
        with self.policy.open("a") as policy:
            policy.write("namespaces:\n  - {name: default, limits: {calls_per_second: 5, burst: 1}}\n")
        self.server.kill()
        self.server.start()
        with contextlib.closing(Client(self.endpoint)) as client:
            writes = [client.begin("write", type="row", row=str(number)) for number in range(5)]
            revisions = sorted(write.result(PATIENCE_SECONDS)["revision"] for write in writes)
            self.assertEqual(revisions, [1, 2, 3, 4, 5])


if __name__ == "__main__":
    unittest.main()
