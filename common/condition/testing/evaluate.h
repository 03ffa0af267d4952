#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TESTING_EVALUATE_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TESTING_EVALUATE_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::condition {

// What the expression comes to, as a condition would spell it; "error: " and the message if it
// comes to none, "refused: " and why if it does not even parse. The variable `x` has this value;
// names and functions that nothing declares are found when they are evaluated.
std::string EvaluateText(absl::string_view expression, const JsonValue& x = {});

struct ExpectedValue {
  const char* expression;
  const char* value;
};

// Expects each expression to come to that text.
void ExpectValues(std::initializer_list<ExpectedValue> cases, const JsonValue& x = {});

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TESTING_EVALUATE_H_
