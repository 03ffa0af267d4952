// SPDX-License-Identifier: Apache-2.0

#include "common/condition/testing/evaluate.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/condition/evaluator.h"
#include "common/condition/messages.h"
#include "common/condition/parser.h"

namespace cache_invalidation::condition {

std::string EvaluateText(absl::string_view expression, const JsonValue& x) {
  const auto parsed = Parse(expression, {.variables = {"x"}, .container = "", .check = false});
  if (!parsed.ok()) return absl::StrCat("refused: ", parsed.status().message());
  Budget budget;
  const Value value = Evaluate(
      **parsed, [&](uint32_t) { return Value::Json(x); }, budget);
  return absl::StrCat(value.is_error() ? "error: " : "", ValueText(value, kMaxResultBytes));
}

void ExpectValues(std::initializer_list<ExpectedValue> cases, const JsonValue& x) {
  for (const ExpectedValue& each : cases) {
    EXPECT_EQ(EvaluateText(each.expression, x), each.value) << each.expression;
  }
}

}  // namespace cache_invalidation::condition
