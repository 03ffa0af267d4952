// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONDITION_CASE_H_
#define CACHE_INVALIDATION_TESTS_CONDITION_CASE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::condition {

// An expression, the values of its variables, and its expected result. conformance_cases.mjs
// defines the form of a line; values are texts as in value_text.h.
struct Case {
  std::string name;
  std::string skip;  // why it does not apply here; empty if it does
  bool check = true;
  std::string container;
  std::string text;
  std::string bindings;  // a map
  std::string expected;  // a value, or "error", "parses", "refused"
};

// REQUIRES: the line is well-formed.
Case ReadCase(absl::string_view line);

struct Result {
  std::string outcome;  // a value or "error"; or "parses" or "refused", if expected
  std::string message;  // of all errors, joined by "; "; or of the refusal
};

// Evaluates the expression of the case.
Result RunCase(const Case& tested);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_TESTS_CONDITION_CASE_H_
