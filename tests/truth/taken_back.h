#ifndef CACHE_INVALIDATION_TESTS_TRUTH_TAKEN_BACK_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_TAKEN_BACK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/write_event.h"

namespace cache_invalidation::truth {

// What the conversion of changes once got wrong. Put on top of it, each makes results go stale: so
// the test shows that it would find the fault.
enum class Fault {
  kNone,
  // Old values that the log does not tell are NULL.
  kUnknownIsNull,
  // A number that is NULL for the log before and after, which NaN is, too, did not change.
  kNaNIsNull,
  // An array is one text: "{red,blue}".
  kArrayIsText,
};

// "none", "unknown_is_null", "nan_is_null" or "array_is_text".
std::optional<Fault> FaultOf(absl::string_view name);

// The writes as the fault has them.
void PutBack(Fault fault, std::vector<client::WriteEvent>& writes);

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_TAKEN_BACK_H_
