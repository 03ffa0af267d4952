# SPDX-License-Identifier: Apache-2.0
"""examples/shop: three processes over one database, on a server that is killed. What they show equals SQL."""

import contextlib
import os
import pathlib
import random
import sqlite3
import subprocess
import tempfile
import time
import unittest

from installed import DIRECTORY, cmake, copy, run, unpack
from server import Mortal

PATIENCE_SECONDS = 30
TRANSACTIONS = 1000
KILLS = 5
SEED = 1

CUSTOMERS = 12
PRODUCTS = 8
REGIONS = ["north", "south", "west"]

REVENUE = """SELECT region, SUM(IFNULL(quantity * price, 0)) FROM customers LEFT JOIN orders ON customers.id = customer_id
             LEFT JOIN products ON products.id = product_id GROUP BY region ORDER BY region"""


class Process:
    """A process of the shop."""

    def __init__(self, program, endpoint, database):
        self._process = subprocess.Popen(
            [program, endpoint, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, request):
        """The answer to a request."""
        self._process.stdin.write(request + "\n")
        self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            if line == ".\n":
                return "".join(lines).rstrip("\n")
            lines.append(line)
        raise AssertionError(f"the process ended at {request!r}")

    def metric(self, name):
        """The sum of a metric's samples."""
        lines = [line for line in self.ask("metrics").splitlines() if line.startswith(f"tagged_cache_{name}{{")]
        return sum(float(line.split()[-1]) for line in lines)

    def close(self):
        self._process.stdin.close()
        self._process.wait(PATIENCE_SECONDS)
        self._process.stdout.close()


class Shop:
    """The three processes, and what SQL says."""

    def __init__(self, build, directory, server, rules):
        path = directory / "shop.db"
        self._sql = sqlite3.connect(path)
        self._sql.executescript(pathlib.Path("examples/shop/schema.sql").read_text())
        endpoint = f"localhost:{server.port}"
        if rules:
            run(os.environ["CACHECTL"], "--endpoint", endpoint, "apply", "-f", "examples/shop/rules.yaml")
        self.writer, self.web, self.report = (
            Process(build / f"shop_{name}", endpoint, path) for name in ("writer", "web", "report")
        )
        for reader in self.web, self.report:
            while reader.metric("is_live") == 0:
                time.sleep(0.01)

    def close(self):
        for process in self.writer, self.web, self.report:
            process.close()
        self._sql.close()

    def query(self, sql, *parameters):
        return self._sql.execute(sql, parameters).fetchall()

    def shown(self, customer, product):
        """What the caches show."""
        return [
            self.report.ask("report"),
            self.web.ask(f"orders {customer}"),
            self.web.ask(f"page {product}"),
            self.web.ask(f"products {product} {product % PRODUCTS + 1}"),
        ]

    def true(self, customer, product):
        """The same by SQL."""
        names = dict(self.query("SELECT id, name || ' for ' || price FROM products"))

        def shown(product):
            return names.get(product, "NOT_FOUND: no such product")

        orders = self.query("SELECT quantity, product_id FROM orders WHERE customer_id = ? ORDER BY id", customer)
        count = self.query("SELECT COUNT(*) FROM orders WHERE product_id = ?", product)[0][0]
        missing = [product for _, product in orders if product not in names]
        return [
            "\n".join(f"{region} {revenue}" for region, revenue in self.query(REVENUE)),
            shown(missing[0]) if missing else "\n".join(f"{quantity} x {shown(product)}" for quantity, product in orders),
            f"{names[product]}, in {count} orders" if product in names else shown(product),
            f"{shown(product)}\n{shown(product % PRODUCTS + 1)}",
        ]


@contextlib.contextmanager
def shop(build, rules=True):
    """A server in a directory of its own, and a shop on it."""
    directory = pathlib.Path(tempfile.mkdtemp(dir=DIRECTORY))
    server = Mortal(os.environ["SERVER"], directory)
    server.start()
    try:
        shop = Shop(build, directory, server, rules)
        try:
            yield server, shop
        finally:
            shop.close()
    finally:
        server.close()


def first_rows():
    """A transaction that fills the tables."""
    customers = ", ".join(f"({id}, '{REGIONS[id % len(REGIONS)]}')" for id in range(1, CUSTOMERS + 1))
    products = ", ".join(f"({id}, 'product {id}', {100 * id})" for id in range(1, PRODUCTS + 1))
    return f"INSERT INTO customers (id, region) VALUES {customers}; INSERT INTO products VALUES {products}"


def change(chance, order):
    """A statement that changes a row, or none. `order` is an id that was not used yet."""
    customer, product = chance.randint(1, CUSTOMERS), chance.randint(1, PRODUCTS)
    some_order, number = chance.randint(1, order), chance.randint(1, 9)
    return chance.choice(
        3 * [f"INSERT INTO orders VALUES ({order}, {customer}, {product}, {number})"]
        + [
            f"UPDATE orders SET customer_id = {customer} WHERE id = {some_order}",
            f"UPDATE orders SET product_id = {product}, quantity = {number} WHERE id = {some_order}",
            f"DELETE FROM orders WHERE id = {some_order}",
            f"UPDATE products SET price = price + {number} WHERE id = {product}",
            f"UPDATE products SET name = 'product {product}.{number}' WHERE id = {product}",
            f"UPDATE customers SET region = '{chance.choice(REGIONS)}' WHERE id = {customer}",
            f"DELETE FROM products WHERE id = {product}",
            f"INSERT OR IGNORE INTO products VALUES ({product}, 'product {product} again', {100 * number})",
        ]
    )


class ShopTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        unpack()
        cls.build = cmake(copy("examples/shop"))

    def test_what_is_shown_equals_sql_while_the_service_is_killed(self):
        chance = random.Random(SEED)
        kills = {(2 * i + 1) * TRANSACTIONS // (2 * KILLS) for i in range(KILLS)}
        done = 0
        with shop(self.build) as (server, seen):
            self.assertEqual(seen.writer.ask(first_rows()), "done")
            for number in range(1, TRANSACTIONS + 1):
                changes = [change(chance, 2 * number + i) for i in range(chance.randint(1, 2))]
                if number in kills:
                    server.kill_and_restart(chance.uniform(0, 0.01))
                answer = seen.writer.ask("; ".join(changes))
                view = chance.randint(1, CUSTOMERS), chance.randint(1, PRODUCTS)
                shown = seen.shown(*view)
                # Otherwise it is committed, and caches can show what was there before.
                if answer == "done":
                    done += 1
                    self.assertEqual(shown, seen.true(*view), f"after {number}: {changes}")
                else:
                    self.assertTrue(answer.startswith("committed, "), answer)
            end = time.monotonic() + PATIENCE_SECONDS
            while seen.writer.ask("") != "done":
                self.assertLess(time.monotonic(), end)
            for customer in range(1, CUSTOMERS + 1):
                view = customer, customer % PRODUCTS + 1
                self.assertEqual(seen.shown(*view), seen.true(*view))
            # Only those during an outage, or until the leases of before it have ended, are not; more if the machine is slow.
            self.assertGreater(done, TRANSACTIONS / 2)
            self.assertEqual(seen.writer.ask("metrics"), "shop_outbox_rows 0")
            for reader in seen.web, seen.report:
                self.assertGreater(reader.metric("hits_total"), TRANSACTIONS)
                self.assertGreater(reader.metric("invalidated_total"), TRANSACTIONS / 10)

    def test_without_the_rules_the_report_is_wrong(self):
        with shop(self.build, rules=False) as (_, seen):
            self.assertEqual(seen.writer.ask(first_rows()), "done")
            seen.shown(1, 1)
            self.assertEqual(seen.writer.ask("INSERT INTO orders VALUES (1, 1, 1, 1)"), "done")
            report, orders, page, products = seen.shown(1, 1)
            true_report, true_orders, true_page, true_products = seen.true(1, 1)
            self.assertNotEqual(report, true_report)
            self.assertNotEqual(orders, true_orders)
            self.assertNotEqual(page, true_page)
            self.assertEqual(products, true_products)

    def test_a_product_that_does_not_exist_is_not_queried_again_until_it_does(self):
        with shop(self.build) as (_, seen):
            self.assertEqual(seen.web.ask("products 7 8"), "\n".join(2 * ["NOT_FOUND: no such product"]))
            loads = seen.web.metric("loads_total")
            for _ in range(3):
                self.assertEqual(seen.web.ask("page 7"), "NOT_FOUND: no such product")
                self.assertEqual(seen.web.ask("products 7"), "NOT_FOUND: no such product")
            self.assertEqual(seen.web.metric("loads_total"), loads + 1)  # that of the page
            self.assertEqual(seen.writer.ask("INSERT INTO products VALUES (7, 'Tea', 300)"), "done")
            self.assertEqual(seen.web.ask("page 7"), "Tea for 300, in 0 orders")
            self.assertEqual(seen.web.ask("products 7 8"), "Tea for 300\nNOT_FOUND: no such product")

    def test_a_writer_that_was_killed_loses_nothing(self):
        with shop(self.build) as (_, seen):
            self.assertEqual(seen.web.ask("products 7"), "NOT_FOUND: no such product")
            # As if the writer was killed between the commit and the call.
            seen.query("INSERT INTO products VALUES (7, 'Tea', 300)")
            seen.query("COMMIT")
            self.assertEqual(seen.web.ask("products 7"), "NOT_FOUND: no such product")
            self.assertEqual(seen.writer.ask("metrics"), "shop_outbox_rows 1")
            self.assertEqual(seen.writer.ask(""), "done")
            self.assertEqual(seen.web.ask("products 7"), "Tea for 300")


if __name__ == "__main__":
    unittest.main()
