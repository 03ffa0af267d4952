# SPDX-License-Identifier: Apache-2.0
"""The meaning of values of PostgreSQL's types."""

import unittest

from postgresql_values import UNKNOWN, number, value_of


class Values(unittest.TestCase):
    def check(self, type_name, *cases):
        for text, value in cases:
            self.assertEqual(value_of(type_name, text), value, (type_name, text))

    def test_numbers_keep_their_text(self):
        self.check("bigint", ("7", 7), ("-9007199254740991", -9007199254740991),
                   ("9007199254740992", number("9007199254740992")))
        self.check("numeric(12,2)", ("10.00", number("10.00")), ("10", 10), ("NaN", "NaN"))
        self.check("real", ("-0", number("-0")), ("1e+10", number("1e+10")), ("Infinity", "Infinity"))

    def test_booleans_and_bytes_in_both_forms(self):
        self.check("boolean", ("t", True), ("false", False), ("x", UNKNOWN))
        self.check("bytea", ("\\x00ff", "00ff"), ("00ff", "00ff"))

    def test_arrays(self):
        self.check("integer[]", ("{1,NULL,3}", [1, None, 3]), ("{}", []), ("{{1},{2}}", UNKNOWN),
                   ("[0:1]={7,8}", [7, 8]), ("{1", UNKNOWN), ("{1,}", UNKNOWN), ("1", UNKNOWN), ("", UNKNOWN))
        self.check("text[]", ('{"a,b",NULL,"NULL","q\\"x\\\\y","",c d}', ["a,b", None, "NULL", 'q"x\\y', "", "c d"]))
        self.check("_text", ("{a,{b}}", UNKNOWN), ('{"a"b}', UNKNOWN))
        self.check("box[]", ("{(1,2),(0,0);(3,4),(1,1)}", [UNKNOWN, UNKNOWN]))
        self.check("numeric(10,2)[]", ("{1.50,2}", [number("1.50"), 2]))

    def test_json(self):
        self.check("jsonb", ('{"a": [2.0, null, "x", 3]}', {"a": [number("2.0"), None, "x", 3]}),
                   ("null", UNKNOWN), ("{", UNKNOWN), ('{"$number": "5"}', UNKNOWN), ("NaN", UNKNOWN),
                   ("[" * 31 + "]" * 31, UNKNOWN))
        self.check("json", ('"\\ud800"', UNKNOWN), (' "x"', "x"))

    def test_types_that_are_not_known(self):
        self.check("mood", ("ok", "ok"), ("5", UNKNOWN), ("t", UNKNOWN), ("{1}", UNKNOWN), ("(1,2)", UNKNOWN),
                   ("", ""), ("true", UNKNOWN), ("2024-01-01", "2024-01-01"))
        self.check("character(3)", ("a  ", "a  "), ("5", "5"))
        self.check("point", ("(1,2)", UNKNOWN))
        self.check("daterange", ("[2024-01-01,2024-02-01)", "[2024-01-01,2024-02-01)"))


if __name__ == "__main__":
    unittest.main()
