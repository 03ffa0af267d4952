// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TESTING_EVALUATE_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TESTING_EVALUATE_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::condition {

// Evaluates the expression with `x` as the value of the variable of that name. Returns the result
// in the syntax of the language; "error: " and the message for an error; "refused: " and the
// message if it does not parse. Undeclared names and functions are errors of the evaluation.
std::string EvaluateText(absl::string_view expression, const JsonValue& x = {});

struct ExpectedValue {
  const char* expression;
  const char* value;
};

// Expects EvaluateText to return `value` for each expression.
void ExpectValues(std::initializer_list<ExpectedValue> cases, const JsonValue& x = {});

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TESTING_EVALUATE_H_
