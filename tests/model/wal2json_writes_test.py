# SPDX-License-Identifier: Apache-2.0
"""The writes of each kind of wal2json line."""

import json
import unittest

import wal2json_writes


UNKNOWN = {"$unknown": True}


def column(name, value):
    type_name = "text" if value is None or isinstance(value, str) else "bigint"
    return {"name": name, "type": type_name, "value": value}


def change(action, table="orders", schema="public", pk=("id",), **fields):
    line = {"action": action, "schema": schema, "table": table}
    for name, row in fields.items():
        line[name] = [column(*item) for item in row.items()]
    if action != "T":
        line["pk"] = [{"name": name} for name in pk]
    return json.dumps(line)


def writes_of(*lines):
    transactions = list(wal2json_writes.read_transactions(['{"action":"B"}', *lines, '{"action":"C"}']))
    assert len(transactions) == 1
    return transactions[0][1]


class Operations(unittest.TestCase):
    def test_an_insert_has_the_new_values(self):
        (write,) = writes_of(change("I", columns={"id": 5, "status": "placed", "note": None}))
        self.assertEqual(write["type"], "orders")
        self.assertEqual(write["id"], "5")
        self.assertEqual(write["operation"], "insert")
        self.assertEqual(write["context"], {"id": 5, "status": "placed", "note": None})

    def test_an_update_with_the_whole_old_row(self):
        columns, identity = {"id": 5, "a": None, "b": 2}, {"id": 5, "a": None, "b": 3}
        (write,) = writes_of(change("U", columns=columns, identity=identity))
        self.assertEqual(write["operation"], "update")
        self.assertEqual(write["context"], {**columns, "old": identity, "fields_changed": ["b"]})

    def test_an_identity_without_a_null_may_be_that_of_an_index(self):
        (write,) = writes_of(change("U", columns={"id": 5, "b": 2}, identity={"id": 5, "b": 3}))
        self.assertTrue(write["context"]["$unknown"])

    def test_an_update_with_the_old_key_alone_may_have_changed_every_other_column(self):
        (write,) = writes_of(change("U", columns={"id": 5, "a": 1, "b": 2}, identity={"id": 5}))
        self.assertEqual(write["context"], {
            "id": 5, "a": 1, "b": 2, "$unknown": True, "old": {"id": 5, "$unknown": True}, "fields_changed": ["a", "b"]})

    def test_a_key_alone_is_no_whole_row(self):
        (write,) = writes_of(change("U", columns={"id": 5}, identity={"id": 5}))
        self.assertTrue(write["context"]["$unknown"])
        self.assertEqual(write["context"]["fields_changed"], [])

    def test_a_long_value_left_out_is_unchanged(self):
        (write,) = writes_of(change("U", columns={"id": 5, "a": 1}, identity={"id": 5, "a": 0, "long": "x"}))
        self.assertEqual(write["context"]["long"], "x")
        self.assertEqual(write["context"]["fields_changed"], ["a"])

    def test_a_changed_key_is_an_update_of_both_ids(self):
        old, new = writes_of(change("U", columns={"id": 6, "a": 1}, identity={"id": 5, "a": 1}))
        self.assertEqual((old["id"], new["id"]), ("5", "6"))
        for write in (old, new):
            self.assertEqual(write["operation"], "update")
            self.assertEqual(write["context"], {
                "id": 6, "a": 1, "$unknown": True, "old": {"id": 5, "a": 1, "$unknown": True},
                "fields_changed": ["id"]})

    def test_an_old_key_that_is_not_known_widens(self):
        old, new = writes_of(change("U", columns={"id": 6, "sku": "a"}, identity={"sku": "a"}))
        self.assertEqual((old["id"], new["id"]), ("", "6"))

    def test_a_delete_has_the_old_values(self):
        (write,) = writes_of(change("D", identity={"id": 5, "a": 1}))
        self.assertEqual((write["id"], write["operation"]), ("5", "delete"))
        self.assertEqual(write["context"], {"old": {"id": 5, "a": 1, "$unknown": True}})

    def test_a_null_of_a_number_may_be_nan(self):
        line = change("U", columns={"id": 5, "credit": None}, identity={"id": 5, "credit": None})
        (write,) = writes_of(line.replace('"name": "credit", "type": "text"', '"name": "credit", "type": "numeric(12,2)"'))
        self.assertEqual(write["context"], {
            "id": 5, "credit": UNKNOWN, "$unknown": True,
            "old": {"id": 5, "credit": UNKNOWN, "$unknown": True}, "fields_changed": ["credit"]})

    def test_columns_with_the_names_of_a_context(self):
        (write,) = writes_of(change("U", columns={"id": 5, "old": "x"}, identity={"id": 5, "old": "y"}))
        self.assertEqual(write["context"], {
            "id": 5, "old": UNKNOWN, "$unknown": True, "fields_changed": ["old"]})

    def test_a_truncate_concerns_the_whole_type(self):
        (write,) = writes_of(change("T"))
        self.assertEqual((write["type"], write["id"], write["operation"]), ("orders", "", "truncate"))
        self.assertEqual(write["context"], {})


class Names(unittest.TestCase):
    def test_only_the_schema_public_is_dropped(self):
        self.assertEqual(writes_of(change("T", table="events", schema="audit"))[0]["type"], "audit.events")

    def test_characters_that_a_type_must_not_have_are_escaped(self):
        self.assertEqual(writes_of(change("T", table="a:b*c%\n"))[0]["type"], "a%3Ab%2Ac%25%0A")

    def test_a_composite_key_is_joined(self):
        (write,) = writes_of(change("I", pk=("a", "b"), columns={"a": "eu:berlin", "b": 7}))
        self.assertEqual(write["id"], "eu:berlin,7")

    def test_without_a_primary_key_the_id_is_empty(self):
        for action in "IUD":
            (write,) = writes_of(change(action, pk=(), columns={"a": 1}, identity={"a": 2}))
            self.assertEqual(write["id"], "")

    def test_an_id_that_is_too_long_or_not_printable_widens(self):
        for value in ("x" * 513, "a\nb"):
            (write,) = writes_of(change("I", columns={"id": value}))
            self.assertEqual(write["id"], "")


class Values(unittest.TestCase):
    def context(self, type_name, value):
        line = ('{"action":"I","schema":"public","table":"t","columns":[{"name":"id","type":"%s","value":%s}],'
                '"pk":[{"name":"id"}]}')
        (write,) = writes_of(line % (type_name, value))
        return write["id"], write["context"]["id"]

    def test_an_id_and_a_value_have_one_text(self):
        self.assertEqual(self.context("bigint", "9007199254740991"), ("9007199254740991", 9007199254740991))
        self.assertEqual(self.context("bigint", "9007199254740993"),
                         ("9007199254740993", {"$number": "9007199254740993"}))
        self.assertEqual(self.context("numeric(4,2)", "1.50"), ("1.50", {"$number": "1.50"}))
        self.assertEqual(self.context("boolean", "true"), ("true", True))
        self.assertEqual(self.context("bytea", '"00ff"'), ("00ff", "00ff"))
        self.assertEqual(self.context("integer[]", '"{1,2}"'), ("{1,2}", [1, 2]))


class Transactions(unittest.TestCase):
    def test_they_are_numbered_with_the_empty_ones(self):
        begin, commit = '{"action":"B","xid":7}', '{"action":"C","xid":7}'
        message = '{"action":"M","transactional":false,"prefix":"p","content":"c"}'
        lines = [begin, commit, message, begin, message, change("T"), commit, begin, change("T"), change("T"), commit]
        counts = [(number, len(writes)) for number, writes in wal2json_writes.read_transactions(lines)]
        self.assertEqual(counts, [(1, 0), (2, 1), (3, 2)])

    def test_one_that_is_too_large_becomes_a_write_for_each_type_and_operation(self):
        rows = [change("I", columns={"id": n}) for n in range(wal2json_writes.MAX_WRITES)]
        writes = writes_of(*rows, change("D", table="items", identity={"id": 1}))
        self.assertEqual([(w["type"], w["id"], w["operation"]) for w in writes],
                         [("items", "", "delete"), ("orders", "", "insert")])
        self.assertEqual(len(writes_of(*rows)), wal2json_writes.MAX_WRITES)

    def test_the_largest_values_of_a_context_are_left_out(self):
        (write,) = writes_of(change("I", columns={"id": 1, "text": "x" * wal2json_writes.MAX_CONTEXT_BYTES}))
        self.assertEqual((write["id"], write["context"]), ("1", {"id": 1, "text": UNKNOWN}))


if __name__ == "__main__":
    unittest.main()
