// SPDX-License-Identifier: Apache-2.0

// What is not known of a write, and numbers that a double does not hold: whatever a condition asks
// of them, it gets an error or an answer that would be the same if they were known.

#include <gtest/gtest.h>

#include <string>

#include "common/condition/testing/evaluate.h"
#include "common/json_value.h"

namespace cache_invalidation::condition {
namespace {

using List = JsonValue::List;
using Object = JsonValue::Object;

const JsonValue kUnknown = JsonValue::Unknown();

JsonValue Number(const char* text) { return JsonValue::Number(text); }

// `u` is not known, `open` has members that it does not name, `half` one that is not known.
JsonValue PartlyKnown() {
  return Object{{"u", kUnknown},
                {"n", 5},
                {"list", List{1, kUnknown, 3}},
                {"open", Object{{"a", 1}, {"$unknown", true}}},
                {"half", Object{{"a", 1}, {"b", kUnknown}}},
                {"whole", Object{{"a", 1}}}};
}

void ExpectEach(std::initializer_list<const char*> expressions, const char* value,
                const JsonValue& x) {
  for (const char* each : expressions) EXPECT_EQ(EvaluateText(each, x), value) << each;
}

TEST(Unknown, EveryReadIsAnError) {
  ExpectEach({"x.u",
              "x['u']",
              "x.u == 1",
              "x.u != 1",
              "x.u == null",
              "1 == x.u",
              "x.u == x.u",
              "x.u > 1",
              "x.u + 1",
              "!x.u",
              "-x.u",
              "x.u in [1, 2]",
              "[1, 2] == [x.u, 2]",
              "x.u in {}",
              "x.u.b",
              "x.u.b.c",
              "x.u[0]",
              "has(x.u)",
              "has(x.u.b)",
              "'u' in x",
              "size(x.u)",
              "type(x.u)",
              "dyn(x.u)",
              "string(x.u)",
              "int(x.u)",
              "x.u ? 1 : 2",
              "x.u.contains('a')",
              "x.u.matches('a')",
              "x.u.all(v, true)",
              "x.u.map(v, 1)",
              "[x.u]",
              "{'a': x.u}",
              "timestamp(x.u)",
              "x.n == 5 && x.u",
              "x.n == 6 || x.u == 1"},
             "error: not known: u", PartlyKnown());
}

TEST(Unknown, DoesNotMatterWhereSomethingElseDecides) {
  ExpectEach({"x.u == 1 || x.n == 5", "x.n == 5 || has(x.u)", "!(x.u == 1 && x.n == 6)",
              "x.n == 5 ? true : x.u"},
             "true", PartlyKnown());
}

TEST(Unknown, InAListHasAPlace) {
  ExpectValues(
      {
          {"size(x.list)", "3"},
          {"x.list[0]", "1.0"},
          {"x.list[1]", "error: not known"},
          {"3 in x.list", "true"},
          {"2 in x.list", "error: not known"},
          {"x.list == [1, 2, 3]", "error: not known"},
          {"x.list != [1, 2, 3]", "error: not known"},
          {"x.list == [1, 2, 4]", "false"},
          {"x.list == [1, 2]", "false"},
          {"x.list == x.list", "error: not known"},
          {"x.list + [4] == [1, 2, 3, 4]", "error: not known"},
          {"size(x.list + [4])", "4"},
          {"x.list == null", "false"},
          {"x.list.exists(v, v == 3)", "true"},
          {"x.list.exists(v, v == 2)", "error: not known"},
          {"x.list.exists(v, true)", "true"},
          {"x.list.all(v, v < 3)", "false"},
          {"x.list.all(v, v < 4)", "error: not known"},
          {"x.list.exists_one(v, v == 3)", "error: not known"},
          {"x.list.exists_one(v, false)", "false"},
          {"x.list.filter(v, v > 2)", "error: not known"},
          {"x.list.filter(v, true)", "error: not known"},
          {"x.list.map(v, v)", "error: not known"},
          {"x.list.map(v, 0)", "[0, 0, 0]"},
          {"x.list.map(v, v > 2, 1)", "error: not known"},
          {"x.list.map(v, type(v))", "error: not known"},
          {"[[1], x.list].exists(l, 3 in l)", "true"},
      },
      PartlyKnown());
}

TEST(Unknown, MembersOfAnOpenMapThatItDoesNotName) {
  ExpectValues(
      {
          {"x.open.a", "1.0"},
          {"has(x.open.a)", "true"},
          {"'a' in x.open", "true"},
          {"x.open['a']", "1.0"},
          {"x.open.b", "error: not known: b"},
          {"x.open.b.c", "error: not known: b"},
          {"x.open['b']", "error: not known: b"},
          {"has(x.open.b)", "error: not known: b"},
          {"'b' in x.open", "error: not known: b"},
          {"1 in x.open", "false"},
          {"x.open[1]", "error: no such key of type int"},
          {"'$unknown' in x.open", "error: not known: $unknown"},
          {"x.open['$unknown']", "error: not known: $unknown"},
          {"size(x.open)", "error: not known"},
          {"x.open == {'a': 1}", "error: not known"},
          {"x.open != {'b': 1}", "error: not known"},
          {"x.open in [x.open]", "error: not known"},
          {"x.open == null", "false"},
          {"x.open == [1]", "false"},
          {"x.open.all(k, k == 'a')", "error: not known"},
          {"x.open.exists(k, k == 'b')", "error: not known"},
          {"x.open.exists_one(k, k == 'a')", "error: not known"},
          {"x.open.filter(k, true)", "error: not known"},
          {"x.open.map(k, 1)", "error: not known"},
          {"type(x.open)", "map"},
          {"[x.open] == [{'a': 1}]", "error: not known"},
          {"[x.open, 1] == [{'a': 1}, 2]", "false"},
          {"{'k': x.open} == {'k': {'a': 1}}", "error: not known"},
      },
      PartlyKnown());
}

// What is not known may be absent.
TEST(Unknown, AMapWithAnUnknownMemberHasUnknownKeys) {
  ExpectValues(
      {
          {"x.half.a", "1.0"},
          {"x.half.b", "error: not known: b"},
          {"has(x.half.b)", "error: not known: b"},
          {"has(x.half.c)", "false"},
          {"'b' in x.half", "error: not known: b"},
          {"'c' in x.half", "false"},
          {"size(x.half)", "error: not known"},
          {"x.half == x.whole", "error: not known"},
          {"x.half == {}", "error: not known"},
          {"x.half.exists(k, k == 'b')", "error: not known"},
          {"x.half.map(k, k)", "error: not known"},
          {"size(x.whole)", "1"},
          {"x.whole == {'a': 1}", "true"},
          {"x.exists(k, k == 'n')", "error: not known"},
      },
      PartlyKnown());
}

TEST(Unknown, AWholeContext) {
  const JsonValue open = Object{{"id", 1}, {"$unknown", true}};
  ExpectValues({{"x.id == 1", "true"},
                {"x.status == 'a'", "error: not known: status"},
                {"has(x.old)", "error: not known: old"},
                {"!has(x.old) || x.id != 1", "error: not known: old"}},
               open);
  ExpectEach({"x", "x == {}", "x.y", "has(x.y)", "x == null"}, "error: not known", kUnknown);
}

TEST(Numbers, OfATextAreTheDoubleThatHasIt) {
  const JsonValue x = Object{{"price", Number("10.00")}, {"tenth", Number("0.10")},
                             {"large", Number("1e+20")}, {"last", Number("9007199254740991")},
                             {"zero", Number("-0")},     {"long", Number("5.000000000000000000")}};
  ExpectEach({"x.price == 10", "x.price == 10.0", "x.price + 1.0 == 11.0", "x.price > 9",
              "x.price in [9, 10]", "x.tenth == 0.1", "x.large == 1e20",
              "x.last == 9007199254740991", "x.zero == 0", "x.long == 5", "type(x.price) == double",
              "has(x.price)", "x == x", "'price' in x", "size(x) == 6", "x.price != '10.00'"},
             "true", x);
}

TEST(Numbers, OfATextThatNoDoubleHoldsAreIntegers) {
  const JsonValue x = Object{{"id", Number("9007199254740993")},
                             {"least", Number("-9223372036854775808")},
                             {"great", Number("18446744073709551615")},
                             {"point", Number("9007199254740993.0")}};
  ExpectEach({"x.id == 9007199254740993", "x.id != 9007199254740992", "x.id != 9007199254740994",
              "x.id == x.point", "x.id in [1, 9007199254740993]", "x.id > 9007199254740992",
              "x.least == -9223372036854775808", "x.great == 18446744073709551615u",
              "type(x.id) == int", "type(x.great) == uint", "string(x.id) == '9007199254740993'",
              "x.id % 2 == 1", "x.id in {9007199254740993: true}"},
             "true", x);
  // Exactly, though the nearest double is the other number.
  ExpectEach(
      {"x.id > 9007199254740992.0", "!(x.id <= 9007199254740992.0)", "-x.id < -9007199254740992.0",
       "x.id + 1 > 9007199254740993.0", "x.id < 9007199254740994.0",
       "x.least >= -9223372036854775808.0", "x.great < 18446744073709551616.0"},
      "true", x);
  ExpectEach({"double(x.id) == 9007199254740992.0", "double(x.id) != double(x.id)",
              "double('100000000000000.001') == 100000000000000.0"},
             "error: a number beyond 2^53 that may have been rounded", x);
}

TEST(Numbers, ThatNothingHoldsAreErrors) {
  for (const char* text :
       {"100000000000000.001", "99999999999999999.98", "1e400", "-1e400", "1e-400",
        "18446744073709551616", "-9223372036854775809", "0.1234567890123456789"}) {
    const JsonValue x = Object{{"v", Number(text)}, {"list", List{1, Number(text)}}};
    ExpectEach({"x.v == 1", "x.v != x.v", "x.v > 0", "x.v + 1.0", "type(x.v)", "string(x.v)"},
               "error: not a number that fits a double or an integer: v", x);
    ExpectEach({"2 in x.list", "x.list == [1, 2]", "x.list.all(v, v > 0)"},
               "error: not a number that fits a double or an integer", x);
    ExpectEach({"has(x.v)", "'v' in x", "size(x) == 2", "x.list != [2, 2]", "1 in x.list"}, "true",
               x);
  }
  // Nor is what is no number at all.
  for (const JsonValue& content : {JsonValue("NaN"), JsonValue("1."), JsonValue(1), JsonValue(),
                                   JsonValue(std::string(101, '1'))}) {
    ExpectEach({"x.v == 1"}, "error: not a number that fits a double or an integer: v",
               Object{{"v", Object{{"$number", content}}}});
  }
}

TEST(Numbers, MeetTheTextOfOneThatNoDoubleHolds) {
  const JsonValue x = Object{{"id", "9007199254740993"},
                             {"known", Number("9007199254740993")},
                             {"short", "42"},
                             {"fine", "100000000000000.001"},
                             {"huge", "100000000000000000000"},
                             {"ids", List{"a", "9007199254740993"}}};
  ExpectEach({"x.id == 9007199254740993", "9007199254740993u == x.id", "x.id != 9007199254740992",
              "x.id in [1, 9007199254740993]", "9007199254740993 in x.ids", "x.known == x.id",
              "[x.id] == [9007199254740993]", "x.id != 1.5", "x.known in x.ids",
              "x.id in {9007199254740993: 1}", "{'k': x.id} == {'k': 9007199254740993}",
              "x.huge != 18446744073709551615u",
              // What a double holds is told as a number, so its text is a text.
              "x.short != 42", "!(42 in [x.short])"},
             "true", x);
  ExpectEach({"x.fine == 100000000000000", "x.fine != 1", "1 in [x.fine]"},
             "error: a number was compared with text that has more digits than a double", x);
  ExpectEach({"x.id == 9007199254740992.0", "x.id != double(x.id)", "x.huge == 1e20"},
             "error: a number beyond 2^53 that may have been rounded", x);
}

// JSON has read 9007199254740993 as 9007199254740992: what is equal to that may be another number.
TEST(Numbers, OfPlainJsonThatMayHaveBeenRounded) {
  const JsonValue x = Object{{"id", 9007199254740992.0},
                             {"old", Object{{"id", 9007199254740992.0}}},
                             {"text", "9007199254740993"},
                             {"exact", 9007199254740991.0}};
  ExpectEach(
      {"x.id == 9007199254740993", "x.id != 9007199254740992", "x.id != x.old.id",
       "x.id in [1, 9007199254740993]", "x.id in {9007199254740993: 1}", "x == x", "x.id == x.text",
       "x.id > 9007199254740992", "x.id <= x.old.id", "int(x.id) == 1", "uint(x.id) == 1u",
       "string(x.id) == '9007199254740993'", "-x.id == -9007199254740993",
       "x.id + 0.0 == 9007199254740993", "x.id - x.old.id != 0.0"},
      "error: a number beyond 2^53 that may have been rounded", x);
  ExpectEach({"x.id != 5", "x.id > 5", "x.id != 9007199254740996", "x.id > x.exact",
              "!(x.id in [1, 2])", "x.exact == 9007199254740991", "int(x.exact) > 5",
              "type(x.id) == double", "double(x.id) > 1.0"},
             "true", x);
}

}  // namespace
}  // namespace cache_invalidation::condition
