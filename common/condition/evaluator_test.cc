// SPDX-License-Identifier: Apache-2.0

#include "common/condition/evaluator.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/condition/parser.h"
#include "common/condition/testing/evaluate.h"

namespace cache_invalidation::condition {
namespace {

JsonValue Context() {
  return JsonValue::Object{
      {"name", "Ada"},
      {"nothing", {}},
      {"numbers", JsonValue::List{3, 1, 2}},
      {"old", JsonValue::Object{{"name", "Bob"}, {"price", 9.5}}},
  };
}

TEST(Evaluator, Selects) {
  ExpectValues(
      {
          {"x.name", "\"Ada\""},
          {"x.nothing", "null"},
          {"x.old.price", "9.5"},
          {"x['old']['name']", "\"Bob\""},
          {"x.age", "error: no such key: age"},
          {"x.nothing.age", "error: no such field: age of null_type"},
          {"x.name.first", "error: no such field: first of string"},
          {"x.numbers.first", "error: no such field: first of list"},
          {"x[0]", "error: no such key of type int"},
          {"x.name[0]", "error: no such overload: [] of string"},
      },
      Context());
}

TEST(Evaluator, AsksWhetherThereIsSuchAField) {
  ExpectValues(
      {
          {"has(x.name)", "true"},
          {"has(x.nothing)", "true"},
          {"has(x.age)", "false"},
          {"has(x.old.price)", "true"},
          {"has(x.older.price)", "error: no such key: older"},
          {"has(x.name.first)", "error: no such overload: has() of string"},
      },
      Context());
}

TEST(Evaluator, Indexes) {
  ExpectValues(
      {
          {"x.numbers[0]", "3.0"},
          {"x.numbers[2u]", "2.0"},
          {"x.numbers[1.0]", "1.0"},
          {"x.numbers[x.numbers[1]]", "1.0"},
          {"x.numbers[3]", "error: index out of range"},
          {"x.numbers[-1]", "error: index out of range"},
          {"x.numbers[9223372036854775807]", "error: index out of range"},
          {"x.numbers[18446744073709551615u]", "error: index out of range"},
          {"x.numbers[1e300]", "error: index out of range"},
          {"x.numbers[0.0 / 0.0]", "error: no such overload: an index of double"},
          {"x.numbers[0.5]", "error: no such overload: an index of double"},
          {"x.numbers['0']", "error: no such overload: an index of string"},
          {"[1, 2][x]", "error: no such overload: an index of map"},
      },
      Context());
}

TEST(Evaluator, LetsTheDecidingTermWin) {
  ExpectValues(
      {
          {"true && true", "true"},
          {"x.age > 1 && false", "false"},
          {"false && x.age > 1", "false"},
          {"x.age > 1 || true", "true"},
          {"x.age > 1 || false", "error: no such key: age"},
          {"x.age > 1 && true", "error: no such key: age"},
          {"true && x.age > 1 && x.size > 1", "error: no such key: age"},
          {"true || 32", "true"},
          {"'horses' && false", "false"},
          {"'horses' && true", "error: no such overload: && of string"},
          {"false || 32", "error: no such overload: || of int"},
          {"!true", "false"},
          {"!0", "error: no such overload: !int"},
      },
      Context());
}

TEST(Evaluator, LooksAtOneSideOfAChoiceOnly) {
  ExpectValues(
      {
          {"true ? 1 : 1 / 0", "1"},
          {"false ? 1 / 0 : 2", "2"},
          {"x.age ? 1 : 2", "error: no such key: age"},
          {"1 ? 1 : 2", "error: no such overload: ?: of int"},
      },
      Context());
}

TEST(Evaluator, MakesListsAndMaps) {
  ExpectValues(
      {
          {"[1, x.name, [null]]", "[1, \"Ada\", [null]]"},
          {"[1, 1 / 0]", "error: division by zero"},
          {"{'b': 1, 'a': x.name, 2u: 3, 1: 2, true: {}, -1: 0}",
           "{true: {}, -1: 0, 1: 2, 2u: 3, \"a\": \"Ada\", \"b\": 1}"},
          {"{'a': 1, 'a': 2}", "error: duplicate map key"},
          {"{1: 1, 1u: 2}", "error: duplicate map key"},
          {"{1.0: 1}", "error: no such overload: a key of type double"},
          {"{null: 1}", "error: no such overload: a key of type null_type"},
          {"{1 / 0: 1}", "error: division by zero"},
          {"{1: 1 / 0}", "error: division by zero"},
          {"{'a': 1}.a", "1"},
      },
      Context());
}

TEST(Evaluator, FindsMembers) {
  ExpectValues(
      {
          {"2 in x.numbers", "true"},
          {"4 in x.numbers", "false"},
          {"'name' in x", "true"},
          {"'age' in x", "false"},
          {"3.0 in {1: 1, 3u: 3}", "true"},
          {"3.1 in {1: 1, 3u: 3}", "false"},
          {"18446744073709551615u in {18446744073709551615u: 1}", "true"},
          {"18446744073709551616.0 in {18446744073709551615u: 1}", "false"},
          {"-1 in {18446744073709551615u: 1}", "false"},
          {"b'a' in {'a': 1}", "false"},
          {"'d' in 'Ada'", "error: no such overload: string in string"},
          {"1 in [1 / 0]", "error: division by zero"},
      },
      Context());
}

TEST(Evaluator, GoesOverElementsAndKeys) {
  ExpectValues(
      {
          {"x.numbers.all(n, n > 0)", "true"},
          {"x.numbers.all(n, n > 1)", "false"},
          {"[].all(n, 1 / 0 > 0)", "true"},
          {"x.numbers.exists(n, n == 2)", "true"},
          {"[].exists(n, true)", "false"},
          {"x.numbers.exists_one(n, n > 2)", "true"},
          {"x.numbers.exists_one(n, n > 1)", "false"},
          {"x.numbers.filter(n, n > 1)", "[3.0, 2.0]"},
          {"x.numbers.map(n, n * 2.0)", "[6.0, 2.0, 4.0]"},
          {"x.numbers.map(n, n > 1, n * 2.0)", "[6.0, 4.0]"},
          {"x.filter(key, key.startsWith('n'))", "[\"name\", \"nothing\", \"numbers\"]"},
          {"x.exists(key, x[key] == 'Ada')", "true"},
          {"{2: 'b', 1: 'a'}.map(key, key)", "[1, 2]"},
          {"[1, 2].map(a, [10, 20].map(b, a + b))", "[[11, 21], [12, 22]]"},
          {"[1, 2].map(x, [x].map(x, x + 1)[0] + x)", "[3, 5]"},
          {"x.name.all(n, true)", "error: no such overload: all() of string"},
      },
      Context());
}

TEST(Evaluator, AbsorbsErrorsOfElementsWhereOneOfThemDecides) {
  ExpectValues({
      {"[1, 'a', 0].exists(n, n == 0)", "true"},
      {"['a', 1].exists(n, n > 0)", "true"},
      {"['a', 1].exists(n, n > 1)", "error: no such overload: string > int"},
      {"['a', 1].all(n, n > 1)", "false"},
      {"['a', 1].all(n, n > 0)", "error: no such overload: string > int"},
      {"[1, 2].all(n, n)", "error: no such overload: all() of int"},
      {"['a', 1].exists_one(n, n > 0)", "error: no such overload: string > int"},
      {"[1].exists_one(n, n)", "error: no such overload: exists_one() of int"},
      {"[1].filter(n, n)", "error: no such overload: filter() of int"},
      {"[1, 'a'].map(n, n + 1)", "error: no such overload: string + int"},
  });
}

TEST(Evaluator, MeetsWhatNothingDeclares) {
  ExpectValues({
      {"y", "error: no such name: y"},
      {"y || true", "true"},
      {"f(1)", "error: no such function: f"},
      {"f(1) || true", "true"},
      {"size(1, 2, 3, 4)", "error: no such overload: size() with such arguments"},
      {"contains('a', 'a')", "error: no such overload: contains() with such arguments"},
  });
}

// Evaluates with a budget of its own.
Value EvaluateWithin(Budget& budget, absl::string_view text, const JsonValue& x) {
  // What is evaluated may point into the expression; only numbers and errors leave.
  const auto parsed = Parse(text, {.variables = {"x"}, .container = "", .check = true});
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return Evaluate(
      **parsed, [&](uint32_t) { return Value::Json(x); }, budget);
}

TEST(Evaluator, CountsNodesAndElements) {
  Budget budget;
  EvaluateWithin(budget, "1 + 2 == 3", {});
  EXPECT_EQ(budget.cost(), 5u);
  Budget loop;
  EvaluateWithin(loop, "[1, 2].all(n, n > 0)", {});
  EXPECT_EQ(loop.cost(), 1u + 3u + 2u * (1u + 3u));
}

// A comparison takes far longer than walking over a byte.
TEST(Evaluator, CountsTheValuesThatAreCompared) {
  const JsonValue x = JsonValue::List(1000, JsonValue(1));
  Budget budget;
  EvaluateWithin(budget, "2 in x", x);
  EXPECT_EQ(budget.cost(), 3u + 1000u);
}

TEST(Evaluator, StopsAtItsCostWhateverWouldAbsorbThat) {
  const JsonValue x = JsonValue::List(100, JsonValue(1));
  for (const char* text :
       {"x.all(a, x.all(b, x.all(c, a + b + c > 0.0)))", "x.map(a, x.map(b, x)) == x || true",
        "x.exists(a, x.exists(b, x.exists(c, a > b))) || true",
        "x.filter(a, x.filter(b, x == x) == x) == x ? true : true"}) {
    Budget budget;
    const Value value = EvaluateWithin(budget, text, x);
    ASSERT_TRUE(value.is_error()) << text;
    EXPECT_EQ(absl::string_view(value.error_message()), Budget::TooExpensive().error_message());
    EXPECT_LT(budget.cost(), kMaxCost + 1000) << text;
  }
}

TEST(Evaluator, StopsAtItsMemory) {
  Budget budget;
  const JsonValue x = std::string(40 << 10, 'a');
  EXPECT_TRUE(EvaluateWithin(budget, "x + x == x", x).is_error()) << "one text is too long";
  Budget many(/*max_cost=*/1'000'000);
  EXPECT_TRUE(
      EvaluateWithin(many, "[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4].map(b, x + 'b'))", x).is_error())
      << "all of them are too long";
}

// Writes down what it hears.
class Listener final : public EvaluationObserver {
 public:
  void Begin(NodeId node) override { heard.push_back(absl::StrCat("begin ", node)); }
  void End(NodeId node, Value value) override {
    heard.push_back(absl::StrCat("end ", node, value.as_bool() ? " true" : " false"));
  }

  std::vector<std::string> heard;
};

TEST(Evaluator, TellsItsObserver) {
  const auto parsed = Parse("x || !x", {.variables = {"x"}, .container = "", .check = true});
  ASSERT_TRUE(parsed.ok());
  Listener listener;
  Budget budget;
  Evaluate(
      **parsed, [](uint32_t) { return Value::Bool(false); }, budget, &listener);
  EXPECT_EQ(listener.heard,
            (std::vector<std::string>{"begin 3", "begin 0", "end 0 false", "begin 2", "begin 1",
                                      "end 1 false", "end 2 true", "end 3 true"}));
}

}  // namespace
}  // namespace cache_invalidation::condition
