// SPDX-License-Identifier: Apache-2.0

// Trees, names and macros. What is refused: parser_errors_test.cc.

#include "common/condition/parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/condition/testing/tree.h"

namespace cache_invalidation::condition {
namespace {

std::string TreeOf(absl::string_view text, const ParseOptions& options) {
  const auto parsed = Parse(text, options);
  return parsed.ok() ? PrintTree(**parsed) : std::string(parsed.status().message());
}

struct Case {
  const char* text;
  const char* tree;
};

void ExpectTrees(const std::vector<Case>& cases, const ParseOptions& options = {}) {
  for (const Case& each : cases) EXPECT_EQ(TreeOf(each.text, options), each.tree) << each.text;
}

TEST(Parser, ReadsLiterals) {
  ExpectTrees({
      {"null", "null"},
      {"true", "true"},
      {"false", "false"},
      {"0", "0"},
      {"007", "7"},
      {"42u", "42u"},
      {"42U", "42u"},
      {"0xFf", "255"},
      {"0xffu", "255u"},
      {"1.5", "double:1.5"},
      {".5", "double:0.5"},
      {"1e3", "double:1000"},
      {"1.5E-1", "double:0.15"},
      {"'a'", "'a'"},
      {"\"a\"", "'a'"},
      {"b'a'", "b'a'"},
      {" // nothing but a\n 1 // number", "1"},
  });
}

TEST(Parser, GivesAMinusToItsNumber) {
  ExpectTrees({
      {"-1", "-1"},
      {"- 1", "-1"},
      {"-1.5", "double:-1.5"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"-0x8000000000000000", "-9223372036854775808"},
      {"9223372036854775807", "9223372036854775807"},
      {"18446744073709551615u", "18446744073709551615u"},
      {"-1u", "(- 1u)"},
      {"--1", "(- -1)"},
      {"-(1)", "(- 1)"},
      {"-1 .size()", "(.size -1)"},
      {"2-1", "(- 2 1)"},
      {"2--1", "(- 2 -1)"},
      {"2 - -1 - 1", "(- (- 2 -1) 1)"},
      {"---1", "(- (- -1))"},
      {"!-1", "(! -1)"},
      {"-(!true)", "(- (! true))"},
  });
}

TEST(Parser, BindsOperatorsByStrength) {
  ExpectTrees({
      {"1 + 2 * 3", "(+ 1 (* 2 3))"},
      {"1 * 2 + 3", "(+ (* 1 2) 3)"},
      {"1 - 2 - 3", "(- (- 1 2) 3)"},
      {"8 / 4 % 2 * 3", "(* (% (/ 8 4) 2) 3)"},
      {"(1 + 2) * 3", "(* (+ 1 2) 3)"},
      {"1 + 2 < 3 * 4", "(< (+ 1 2) (* 3 4))"},
      {"1 < 2 == true != false", "(!= (== (< 1 2) true) false)"},
      {"1 <= 2", "(<= 1 2)"},
      {"1 >= 2 > 3", "(> (>= 1 2) 3)"},
      {"1 in [1] in [true]", "(in (in 1 (list 1)) (list true))"},
      {"true || false && true", "(or true (and false true))"},
      {"true && false || true", "(or (and true false) true)"},
      {"true && 1 == 2", "(and true (== 1 2))"},
      {"!true == false", "(== (! true) false)"},
      {"-1 + -2", "(+ -1 -2)"},
      {"true ? 1 : 2", "(if true 1 2)"},
      {"true ? 1 : false ? 2 : 3", "(if true 1 (if false 2 3))"},
      {"true ? (false ? 1 : 2) : 3", "(if true (if false 1 2) 3)"},
      {"true || false ? 1 + 1 : 2", "(if (or true false) (+ 1 1) 2)"},
  });
}

TEST(Parser, JoinsTermsOfLogic) {
  ExpectTrees({
      {"true && false && true", "(and true false true)"},
      {"true || false || true || false", "(or true false true false)"},
      {"(true && false) && true", "(and (and true false) true)"},
      {"true && (false && true)", "(and true (and false true))"},
      {"true || false && true && 1 || 2", "(or true (and false true 1) 2)"},
  });
}

TEST(Parser, ReadsListsAndMaps) {
  ExpectTrees({
      {"[]", "(list)"},
      {"[,]", "(list)"},
      {"[1]", "(list 1)"},
      {"[1, 'a', [2],]", "(list 1 'a' (list 2))"},
      {"{}", "(map)"},
      {"{,}", "(map)"},
      {"{1: 2}", "(map 1 2)"},
      {"{'a': 1, true: {},}", "(map 'a' 1 true (map))"},
      {"{'a': true ? 1 : 2}", "(map 'a' (if true 1 2))"},
  });
}

TEST(Parser, ReadsSelectionsAndCalls) {
  ExpectTrees({
      {"{}.a", "(select a (map))"},
      {"{}.a.b", "(select b (select a (map)))"},
      {"{} . a\n.b", "(select b (select a (map)))"},
      {"{}.`content-type`", "(select content-type (map))"},
      {"{}.`a/b.c d`", "(select a/b.c d (map))"},
      {"{}.for", "(select for (map))"},
      {"[1][0]", "(index (list 1) 0)"},
      {"[[1]][0][0]", "(index (index (list (list 1)) 0) 0)"},
      {"{}.a[0].b", "(select b (index (select a (map)) 0))"},
      {"size('a')", "(size 'a')"},
      {".size('a')", "(size 'a')"},
      {"'a'.size()", "(.size 'a')"},
      {"'a'.contains('b')", "(.contains 'a' 'b')"},
      {"'a'.matches('b')", "(.matches compiled 'a' 'b')"},
      {"matches('a', 'b')", "(matches compiled 'a' 'b')"},
      {"'a'.matches('b' + 'c')", "(.matches 'a' (+ 'b' 'c'))"},
      {"timestamp('t').getHours('UTC')", "(.getHours (timestamp 't') 'UTC')"},
  });
}

TEST(Parser, ExpandsMacros) {
  ExpectTrees({
      {"has({}.a)", "(has a (map))"},
      {"has({}.a.b)", "(has b (select a (map)))"},
      {"has({}.`a-b`)", "(has a-b (map))"},
      {"has(({}.a))", "(has a (map))"},
      {"[1].all(x, x > 0)", "(all 0 (list 1) (> (bound 0) 0))"},
      {"[1].exists(x, true)", "(exists 0 (list 1) true)"},
      {"[1].exists_one(x, true)", "(exists_one 0 (list 1) true)"},
      {"[1].existsOne(x, true)", "(exists_one 0 (list 1) true)"},
      {"[1].filter(x, true)", "(filter 0 (list 1) true)"},
      {"[1].map(x, x + 1)", "(map 0 (list 1) (+ (bound 0) 1))"},
      {"[1].map(x, x > 0, x.y)", "(map_filter 0 (list 1) (> (bound 0) 0) (select y (bound 0)))"},
  });
}

TEST(Parser, GivesNestedComprehensionsSlotsOfTheirOwn) {
  ExpectTrees({
      {"[1].map(x, [2].map(y, x + y))",
       "(map 0 (list 1) (map 1 (list 2) (+ (bound 0) (bound 1))))"},
      {"[1].map(x, [x].map(x, x))", "(map 0 (list 1) (map 1 (list (bound 0)) (bound 1)))"},
      {"[[1].map(x, x), [2].map(y, y)]",
       "(list (map 0 (list 1) (bound 0)) (map 0 (list 2) (bound 0)))"},
      {"[1].map(x, x).map(y, y)", "(map 0 (map 0 (list 1) (bound 0)) (bound 0))"},
  });
  EXPECT_EQ((*Parse("[1].map(x, [2].map(y, x + y))", {}))->comprehension_slots(), 2U);
  EXPECT_EQ((*Parse("[1].map(x, x).map(y, y)", {}))->comprehension_slots(), 1U);
  EXPECT_EQ((*Parse("1", {}))->comprehension_slots(), 0U);
}

TEST(Parser, ResolvesVariables) {
  ExpectTrees(
      {
          {"a", "(variable 0)"},
          {".a", "(variable 0)"},
          {"b", "(variable 1)"},
          {"a.b", "(variable 2)"},
          {"(a).b", "(select b (variable 0))"},
          {"a.b.c", "(select c (variable 2))"},
          {"a.b.c.d", "(variable 3)"},
          {"(a.b).c.d", "(select d (select c (variable 2)))"},
          {"a.c", "(select c (variable 0))"},
          {"c.d", "(variable 4)"},
          {"has(a.b)", "(has b (variable 0))"},
          {"a.b.size()", "(.size (variable 2))"},
      },
      {.variables = {"a", "b", "a.b", "a.b.c.d", "c.d"}});
}

TEST(Parser, LetsParenthesesKeepNamesApart) {
  const ParseOptions options = {.variables = {"a.b", "a.b.c"}};
  ExpectTrees({{"a.b.c", "(variable 1)"}, {"(a.b).c", "(select c (variable 0))"}}, options);
}

TEST(Parser, ResolvesInTheContainer) {
  ExpectTrees(
      {
          {"x", "(variable 2)"},
          {".x", "(variable 0)"},
          {"y", "(variable 3)"},
          {"b.x", "(variable 2)"},
          {"z.z", "(select z (variable 4))"},
      },
      {.variables = {"x", "a.x", "a.b.x", "a.y", "z"}, .container = "a.b"});
}

TEST(Parser, LetsComprehensionsHideNames) {
  ExpectTrees(
      {
          {"[1].all(a, a)", "(all 0 (list 1) (bound 0))"},
          {"[1].all(a, .a)", "(all 0 (list 1) (variable 0))"},
          {"[1].all(a, a.b)", "(all 0 (list 1) (select b (bound 0)))"},
          {"[1].all(a, .a.b)", "(all 0 (list 1) (variable 1))"},
          {"[a].all(a, true)", "(all 0 (list (variable 2)) true)"},
          {"[1].all(int, int)", "(all 0 (list 1) (bound 0))"},
      },
      {.variables = {"a", "a.b", "c.a"}, .container = "c"});
}

TEST(Parser, KnowsTheNamesOfTypes) {
  ExpectTrees({
      {"int", "type:int"},
      {"null_type", "type:null_type"},
      {"type", "type:type"},
      {"google.protobuf.Timestamp", "type:google.protobuf.Timestamp"},
      {".google.protobuf.Duration", "type:google.protobuf.Duration"},
      {"type(1) == int", "(== (type 1) type:int)"},
  });
  EXPECT_EQ(TreeOf("int", {.variables = {"int"}}), "(variable 0)");
  EXPECT_EQ(TreeOf("Duration", {.container = "google.protobuf"}), "type:google.protobuf.Duration");
}

TEST(Parser, LeavesWhatNothingDeclaresToEvaluationUnlessChecked) {
  ExpectTrees(
      {
          {"a", "(undeclared a)"},
          {".a.b", "(select b (undeclared a))"},
          {"f(1)", "(f 1)"},
          {"a.for()", "(.for (undeclared a))"},
          {"size()", "(size)"},
          {"[1].all(x)", "(.all (list 1) (undeclared x))"},
          {"'a'.matches('(')", "(.matches 'a' '(')"},
      },
      {.check = false});
}

TEST(Parser, KeepsWhereNodesCameFrom) {
  const auto parsed = Parse(" (1 + 2) * size( 'äö' ) ", {});
  ASSERT_TRUE(parsed.ok());
  const Expression& expression = **parsed;
  const Node& root = expression.node(expression.root());
  EXPECT_EQ(expression.TextOf(expression.root()), "(1 + 2) * size( 'äö' )");
  EXPECT_EQ(expression.TextOf(root.children[0]), "(1 + 2)");
  EXPECT_EQ(expression.TextOf(root.children[1]), "size( 'äö' )");
  EXPECT_EQ(expression.TextOf(expression.node(root.children[1]).children[0]), "'äö'");
}

}  // namespace
}  // namespace cache_invalidation::condition
