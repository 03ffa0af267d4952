// SPDX-License-Identifier: Apache-2.0

// What the parser says about texts that it refuses.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/condition/parser.h"

namespace cache_invalidation::condition {
namespace {

ParseOptions TwoVariables() { return {.variables = {"operation", "context"}}; }

struct ErrorCase {
  const char* text;
  const char* message;
};

void ExpectErrors(const std::vector<ErrorCase>& cases) {
  for (const ErrorCase& each : cases) {
    const auto parsed = Parse(each.text, TwoVariables());
    ASSERT_FALSE(parsed.ok()) << each.text;
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << each.text;
    EXPECT_EQ(std::string(parsed.status().message()), each.message) << each.text;
  }
}

TEST(ParserErrors, SayWhatWasExpected) {
  ExpectErrors({
      {"", "line 1, column 1: expected an expression, got the end of the text"},
      {"1 +", "line 1, column 4: expected an expression, got the end of the text"},
      {"1 + )", "line 1, column 5: expected an expression, got `)`"},
      {"1 2", "line 1, column 3: expected an operator or the end, got `2`"},
      {"1)", "line 1, column 2: expected an operator or the end, got `)`"},
      {"(1", "line 1, column 3: expected an operator or `)`, got the end of the text"},
      {"[1 2]", "line 1, column 4: expected `,` or `]`, got `2`"},
      {"[1,,2]", "line 1, column 4: expected an expression, got `,`"},
      {"[,1]", "line 1, column 3: expected `,` or `]`, got `1`"},
      {"{,,}", "line 1, column 3: expected `,` or `}`, got `,`"},
      {"{1}", "line 1, column 3: expected `:` and the value of the key, got `}`"},
      {"{1: 2", "line 1, column 6: expected `,` or `}`, got the end of the text"},
      {"size(1", "line 1, column 7: expected `,` or `)`, got the end of the text"},
      {"size(1,)", "line 1, column 8: expected an expression, got `)`"},
      {"[1][0", "line 1, column 6: expected an operator or `]`, got the end of the text"},
      {"[1][]", "line 1, column 5: expected an expression, got `]`"},
      {"true ? 1",
       "line 1, column 9: expected `:` and the alternative value, got the end of the text"},
      {"true ? true ? 1 : 2 : 3",
       "line 1, column 13: expected `:` and the alternative value, got `?`"},
      {"context.",
       "line 1, column 9: expected the name of a field or function, got the end of the text"},
      {"context.'a'", "line 1, column 9: expected the name of a field or function, got `'a'`"},
      {"context.in", "line 1, column 9: expected the name of a field or function, got `in`"},
      {"context.`a`()", "line 1, column 12: expected an operator or the end, got `(`"},
      {"1 .5", "line 1, column 3: expected an operator or the end, got `.5`"},
      {". 'a'", "line 1, column 3: expected a name, got `'a'`"},
      {"for", "line 1, column 1: expected a name that is not a reserved word, got `for`"},
      {"!-operation", "line 1, column 2: expected an expression, got `-`"},
      {"-!true", "line 1, column 2: expected an expression, got `!`"},
      {"-", "line 1, column 2: expected an expression, got the end of the text"},
      {"!", "line 1, column 2: expected an expression, got the end of the text"},
  });
}

TEST(ParserErrors, KnowNamesWithHyphens) {
  ExpectErrors({
      {"context.reply-to == 'a'",
       "line 1, column 15: unknown name `to`; a field with a hyphen is written "
       "`context[\"reply-to\"]`"},
      {"operation == 'a' || has(context.old) && context.old.reply-to-all == 'a'",
       "line 1, column 59: unknown name `to`; a field with a hyphen is written "
       "`context.old[\"reply-to-all\"]`"},
      {"context.reply - to",
       "line 1, column 17: unknown name `to`; known names are `operation`, `context`"},
      {"reply-to",
       "line 1, column 1: unknown name `reply`; known names are `operation`, `context`"},
      {"operation-to",
       "line 1, column 11: unknown name `to`; known names are `operation`, `context`"},
  });
}

TEST(ParserErrors, KnowWhatPeopleMean) {
  ExpectErrors({
      {"operation = 'a'", "line 1, column 11: expected `==`, got `=`"},
      {"true & false", "line 1, column 6: expected `&&`, got `&`"},
      {"true | false", "line 1, column 6: expected `||`, got `|`"},
      {"true and false",
       "line 1, column 6: expected an operator or the end, got `and`; did you mean `&&`?"},
      {"true or false",
       "line 1, column 6: expected an operator or the end, got `or`; did you mean `||`?"},
      {"operaton == 'a'", "line 1, column 1: unknown name `operaton`; did you mean `operation`?"},
      {"fields_changed",
       "line 1, column 1: unknown name `fields_changed`; known names are `operation`, `context`"},
      {"[1].all(item, itme > 0)", "line 1, column 15: unknown name `itme`; did you mean `item`?"},
      {"operation.startswith('a')",
       "line 1, column 11: unknown function `startswith`; did you mean `startsWith`?"},
      {"len(operation)", "line 1, column 1: unknown function `len`"},
      {"context.map(x, contxt.y)",
       "line 1, column 16: unknown name `contxt`; did you mean `context`?"},
  });
}

TEST(ParserErrors, SayHowFunctionsAreCalled) {
  ExpectErrors({
      {"contains(operation, 'a')",
       "line 1, column 1: expected a call of the form `x.contains(y)`, got 2 arguments"},
      {"operation.contains()",
       "line 1, column 11: expected a call of the form `x.contains(y)`, got 0 arguments and a "
       "target"},
      {"size()",
       "line 1, column 1: expected a call of the form `size(x)` or `x.size()`, got 0 arguments"},
      {"'a'.matches('a', 'b')",
       "line 1, column 5: expected a call of the form `matches(x, y)` or `x.matches(y)`, got 2 "
       "arguments and a target"},
      {"timestamp('').getHours(1, 2)",
       "line 1, column 15: expected a call of the form `x.getHours()` or `x.getHours(y)`, got 2 "
       "arguments and a target"},
      {"[1].all(true)",
       "line 1, column 5: expected a call of the form `x.all(name, condition)`, got 1 argument and "
       "a target"},
      {"[1].map(1)",
       "line 1, column 5: expected a call of the form `x.map(name, value)` or `x.map(name, "
       "condition, "
       "value)`, got 1 argument and a target"},
      {"has()", "line 1, column 1: expected a call of the form `has(x.field)`, got 0 arguments"},
  });
}

TEST(ParserErrors, RefuseMacrosOverSomethingElse) {
  ExpectErrors({
      {"has(context)", "line 1, column 5: expected a field selection, as in `has(x.field)`"},
      {"has(context['a'])", "line 1, column 5: expected a field selection, as in `has(x.field)`"},
      {"[1].all(1, true)",
       "line 1, column 9: expected the name of a variable, as in `x.all(name, condition)`"},
      {"[1].map(a.b, true)",
       "line 1, column 9: expected the name of a variable, as in `x.map(name, value)`"},
      {"[1].filter(.a, true)",
       "line 1, column 12: expected the name of a variable, as in `x.filter(name, condition)`"},
  });
}

TEST(ParserErrors, RefuseMessages) {
  ExpectErrors({
      {"Message{}", "line 1, column 8: messages are not supported, use a list or a map"},
      {"a.b.Message{field: 1}",
       "line 1, column 12: messages are not supported, use a list or a map"},
      {"{?'a': 1}", "line 1, column 2: expected an expression, got `?`"},
      {"context.?a", "line 1, column 9: expected the name of a field or function, got `?`"},
  });
}

TEST(ParserErrors, CountLinesAndCodePoints) {
  ExpectErrors({
      {"'äöü' + )", "line 1, column 9: expected an expression, got `)`"},
      {"true &&\n  // 😀\n  )", "line 3, column 3: expected an expression, got `)`"},
      {"'''a\n\nb''' 1", "line 3, column 6: expected an operator or the end, got `1`"},
      {"true ||\r\n)", "line 2, column 1: expected an expression, got `)`"},
  });
}

TEST(ParserErrors, ShortenWhatTheyQuote) {
  const auto parsed = Parse("1 '" + std::string(100, 'a') + "'", TwoVariables());
  EXPECT_EQ(parsed.status().message(), "line 1, column 3: expected an operator or the end, got `'" +
                                           std::string(39, 'a') + "...`");
  ExpectErrors({
      {"1 '''\n'''", "line 1, column 3: expected an operator or the end, got `'''\\x0a'''`"},
  });
}

TEST(ParserErrors, RefusePatternsThatAreNone) {
  ExpectErrors({
      {"operation.matches('(')",
       "line 1, column 19: expected a pattern in RE2 syntax: missing ): ("},
      {"operation.matches('a{1001}')",
       "line 1, column 19: expected a pattern in RE2 syntax: invalid repetition size: {1001}"},
      {"operation.matches('a{1000}a{1000}a{1000}a{1000}a{1000}a{200}')",
       "line 1, column 19: expected a pattern of at most 5000 instructions when compiled"},
      {"operation.matches('\\\\pL{1000}')",
       "line 1, column 19: expected a pattern in RE2 syntax: pattern too large - compile failed"},
  });
}

TEST(ParserErrors, TellTheFirst) {
  ExpectErrors({
      {"foo && bar(1) && baz",
       "line 1, column 1: unknown name `foo`; known names are `operation`, `context`"},
      {"foo.bar(baz)",
       "line 1, column 1: unknown name `foo`; known names are `operation`, `context`"},
      {"operation.bar(baz)", "line 1, column 11: unknown function `bar`"},
      {"true || 1 +", "line 1, column 12: expected an expression, got the end of the text"},
  });
}

}  // namespace
}  // namespace cache_invalidation::condition
