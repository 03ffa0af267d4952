# SPDX-License-Identifier: Apache-2.0
"""The tags that templates name."""

import unittest

import templates


UNKNOWN = {"$unknown": True}


def render(template, resource_id="42", operation="update", **context):
    write = {"type": "t", "id": resource_id, "operation": operation, "context": context}
    tags, widened = templates.render(template, write)
    return sorted(tags), sorted(widened)


class Templates(unittest.TestCase):
    def test_a_literal_tag_stays(self):
        self.assertEqual(render("computed"), (["computed"], []))

    def test_the_resource_id(self):
        self.assertEqual(render("session:{resource_id}"), (["session:42"], []))

    def test_values_stand_escaped_and_as_they_came(self):
        self.assertEqual(render("s:{resource_id}", "eu:50%"), (["s:eu%3A50%25", "s:eu:50%"], []))
        self.assertEqual(render("s:{context.f}:x", f="a%3Ab"), (["s:a%253Ab:x", "s:a%3Ab:x"], []))

    def test_old_and_new_value(self):
        self.assertEqual(render("o:{context.f}", f=2, old={"f": 1}), (["o:1", "o:2"], []))

    def test_only_one_of_old_and_new_exists(self):
        self.assertEqual(render("o:{context.f}", f=2), (["o:2"], []))
        self.assertEqual(render("o:{context.f}", f=2, old=None), (["o:2"], []))
        self.assertEqual(render("o:{context.f}", old={"f": 1}), (["o:1"], []))

    def test_a_null_beside_a_value_gives_both(self):
        self.assertEqual(render("o:{context.f}", f=None, old={"f": 1}), (["o:1"], ["o"]))

    def test_unresolved_values_widen(self):
        for value in (None, "", {}, {"a": 1}, [], [[1]], 1.5, 2**53, "a\nb", "x" * 1025):
            self.assertEqual(render("a:b:{context.f}", f=value), ([], ["a:b"]), value)
        self.assertEqual(render("a:b:{context.f}"), ([], ["a:b"]))
        self.assertEqual(render("a:{resource_id}", ""), ([], ["a"]))

    def test_what_is_not_known_widens(self):
        for context in ({"f": UNKNOWN}, {"b": 1, **UNKNOWN}, {"old": {}}, {"old": UNKNOWN}, {"old": 5}):
            self.assertEqual(render("o:{context.f}", **context)[1], ["o"], context)
            self.assertEqual(render("o:{context.f|null=skip}", **context)[1], ["o"], context)
        self.assertEqual(render("o:{context.f}", f=2, old={"g": 1}), (["o:2"], ["o"]))
        self.assertEqual(render("o:{context.f}", f=[1, UNKNOWN]), (["o:1"], ["o"]))
        for b in (UNKNOWN, {"d": 1, **UNKNOWN}, "c", None, [1], {"$number": "1"}):
            self.assertEqual(render("o:{context.b.c}", b=b), ([], ["o"]), b)

    def test_a_row_that_moved_from_or_to_nobody_knows_where_widens(self):
        for changed in (["f"], ["f.g"], ["f[1]"], None, "f", [1], UNKNOWN):
            self.assertEqual(render("o:{context.f}", f=2, fields_changed=changed), (["o:2"], ["o"]), changed)
            self.assertEqual(render("o:{context.f}", old={"f": 1}, fields_changed=changed), (["o:1"], ["o"]), changed)
        for changed in ([], ["g"], ["ff"]):
            self.assertEqual(render("o:{context.f}", f=2, fields_changed=changed), (["o:2"], []), changed)
            self.assertEqual(render("o:{context.f}", f=2, old={}, fields_changed=changed), (["o:2"], []), changed)
        self.assertEqual(render("o:{context.f}", operation="insert", f=2, fields_changed=["f"]), (["o:2"], []))
        self.assertEqual(render("o:{context.f}", operation="delete", old={"f": 1}, fields_changed=["f"]), (["o:1"], []))

    def test_old_and_fields_changed_have_no_old_values(self):
        context = {"f": 2, "old": {"f": 1}, "fields_changed": ["f"]}
        self.assertEqual(render("o:{context.old.f}", **context), (["o:1"], []))
        self.assertEqual(render("o:{context.old.g}", **context), ([], ["o"]))
        self.assertEqual(render("o:{context.fields_changed}", **context), (["o:f"], []))

    def test_a_null_is_what_the_template_says(self):
        self.assertEqual(render("o:{context.f|null=skip}", f=None), ([], []))
        self.assertEqual(render("o:{context.f|null=skip}", f=None, old={"f": 1}), (["o:1"], []))
        self.assertEqual(render("o:{context.f|null=skip}:{context.g}", f=None), ([], []))
        self.assertEqual(render("o:{context.f|null=skip}", f=[]), ([], ["o"]))
        self.assertEqual(render("o:{context.f|null=tag}", f=[None, 1]), (["o:%null", "o:1"], []))

    def test_numbers_with_their_text(self):
        for text in ("10.00", "-0", "1e+10", "9007199254740993"):
            self.assertEqual(render("o:{context.f}", f={"$number": text}), ([f"o:{text}"], []))
        for text in ("NaN", "01", ""):
            self.assertEqual(render("o:{context.f}", f={"$number": text}), ([], ["o"]))

    def test_what_is_too_long_only_when_escaped(self):
        self.assertEqual(render("o:{context.f}", f=":" * 500), (["o:" + ":" * 500], ["o"]))

    def test_values_that_resolve(self):
        for value, text in ((True, "true"), (False, "false"), (0, "0"), (-7, "-7"), (3.0, "3"), (2**53 - 1, str(2**53 - 1)),
                            ("9007199254740993", "9007199254740993")):
            self.assertEqual(render("a:{context.f}", f=value), ([f"a:{text}"], []))

    def test_one_tag_for_each_element(self):
        self.assertEqual(render("a:{context.f}", f=["x", "y", None]), (["a:x", "a:y"], ["a"]))

    def test_paths(self):
        self.assertEqual(render("a:{context.b.c}", b={"c": 1}, old={"b": {"c": 2}}), (["a:1", "a:2"], []))

    def test_several_placeholders(self):
        self.assertEqual(render("a:{context.f}:{context.g}", f=1, g=[2, 3]), (["a:1:2", "a:1:3"], []))
        self.assertEqual(render("a:{resource_id}:{context.f}"), ([], ["a:42"]))
        self.assertEqual(render("a:{context.f}:{resource_id}"), ([], ["a"]))

    def test_text_between_the_last_colon_and_the_placeholder_goes_with_it(self):
        self.assertEqual(render("a:b:pre_{context.f}"), ([], ["a:b"]))

    def test_too_many_tags_widen(self):
        many = list(range(40))
        self.assertEqual(render("a:{resource_id}:{context.f}:{context.g}", f=many, g=many), ([], ["a:42"]))


if __name__ == "__main__":
    unittest.main()
