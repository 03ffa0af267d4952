# SPDX-License-Identifier: Apache-2.0
"""The model's predictions for the recorded writes, at the transactions that were checked by hand."""

import os
import unittest

import naive_model

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CAPTURE = os.path.join(TOP, "tests/data/pgbench.wal2json.jsonl")
RULES = os.path.join(TOP, "demo/rules.yaml")
DEPENDENCIES = os.path.join(TOP, "demo/dependencies")
FIRST_CUSTOMER = "1c1e3dd0-9531-6f30-724a-c021ca3b95b8"
NEW_CUSTOMER = "00000000-0000-4000-8000-000000000001"


class Capture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        model = naive_model.load_model(RULES, DEPENDENCIES)
        cls.events = [events for _, events in naive_model.predict(model, CAPTURE)]
        cls.flush = cls.events.pop()
        cls.counters = model.counters

    def names_of_events_with(self, *names):
        """The names in every event that has all of these."""
        found = [[name for _, (_, name) in event] for events in self.events for event in events]
        return [event for event in found if set(names) <= set(event)]

    def test_it_holds_a_few_hundred_transactions_and_some_are_empty(self):
        self.assertGreater(len(self.events), 300)
        self.assertEqual(len([events for events in self.events if not events]), 3)
        self.assertEqual({len(events) for events in self.events}, {0, 1})

    def test_an_order_that_moves_drops_the_lists_of_both_customers(self):
        (moved,) = self.names_of_events_with("orders:1001", f"customer_orders:{FIRST_CUSTOMER}")
        self.assertEqual(moved, [
            "orders:#all", "orders:1001", "invoice:1001", "order_summary:1001",
            f"customer_orders:{NEW_CUSTOMER}", f"customer_orders:{FIRST_CUSTOMER}",
            "page:orders:today", "report:revenue"])

    def test_a_changed_key_drops_the_old_and_the_new_row(self):
        (changed,) = self.names_of_events_with("warehouses:eu:lyon", "warehouses:eu:hamburg")
        self.assertTrue({"inventory:eu:lyon,5", "inventory:eu:hamburg,5", "stock:eu%3Alyon"} <= set(changed))
        self.assertIn("page:delivery:(de|fr|pl)(:[0-9]+)?", changed)
        (changed,) = self.names_of_events_with("products:9007199254740993")
        self.assertIn("products:26", changed)

    def test_only_european_warehouses_drop_the_delivery_pages(self):
        (american,) = self.names_of_events_with("warehouses:us:reno")
        self.assertNotIn("page:delivery:(de|fr|pl)(:[0-9]+)?", american)

    def test_a_truncate_drops_the_type(self):
        (truncated,) = self.names_of_events_with("order_items")
        self.assertTrue({"inventory", "invoice", "order_summary", "recommendations"} <= set(truncated))

    def test_rolled_back_writes_are_not_there(self):
        customers = [event for event in self.names_of_events_with("customers:#all") if len(event) > 40]
        self.assertEqual(customers, [])
        self.assertEqual(self.names_of_events_with("inventory:us:reno,15"), [])

    def test_the_batch_holds_what_was_not_evicted_meanwhile(self):
        (flush,) = self.flush
        names = [name for _, (_, name) in flush]
        self.assertIn("stock:eu%3Aberlin:1", names)
        self.assertIn("page:warehouse:berlin", names)
        self.assertFalse([name for name in names if name.startswith("stock:eu%3Alyon")])

    def test_every_strategy_took_part(self):
        for name, count in self.counters.items():
            self.assertGreater(count, 10, name)


if __name__ == "__main__":
    unittest.main()
