// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TRUTH_TAKEN_BACK_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_TAKEN_BACK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/write_event.h"

namespace cache_invalidation::truth {

// Errors that the conversion of changes once had. Each, if reintroduced, makes results stale, which
// shows that the test would find it.
enum class Fault {
  kNone,
  // Old values that are not in the log are NULL.
  kUnknownIsNull,
  // A number that is NULL in the log before and after, as NaN also is, did not change.
  kNaNIsNull,
  // An array is one text: "{red,blue}".
  kArrayIsText,
};

// "none", "unknown_is_null", "nan_is_null" or "array_is_text".
std::optional<Fault> FaultOf(absl::string_view name);

// Changes the writes as the error would.
void PutBack(Fault fault, std::vector<client::WriteEvent>& writes);

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_TAKEN_BACK_H_
