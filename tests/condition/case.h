#ifndef CACHE_INVALIDATION_TESTS_CONDITION_CASE_H_
#define CACHE_INVALIDATION_TESTS_CONDITION_CASE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::condition {

// An expression, what its variables are, and what it should evaluate to. conformance_cases.mjs says
// how it is written on a line; values are texts as value_text.h knows them.
struct Case {
  std::string name;
  std::string skip;  // why it is not for us; empty if it is
  bool check = true;
  std::string container;
  std::string text;
  std::string bindings;  // a map
  std::string expected;  // a value, or "error", "parses", "refused"
};

// REQUIRES: the line is well-formed.
Case ReadCase(absl::string_view line);

struct Result {
  std::string outcome;  // a value or "error"; or, where that is expected, "parses" or "refused"
  std::string message;  // of all errors on the way, joined by "; "; or of the refusal
};

// What the case's expression evaluates to.
Result RunCase(const Case& tested);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_TESTS_CONDITION_CASE_H_
