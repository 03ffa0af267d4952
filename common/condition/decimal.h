// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_DECIMAL_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_DECIMAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/limits.h"

namespace cache_invalidation::condition {

// A number parsed from its decimal text.
struct Decimal {
  bool negative = false;
  // The number of significant digits, from the first to the last non-zero one: 3 for "0.01230", 0
  // for zero.
  size_t digits = 0;
  // The position of the decimal point relative to the first significant digit: 2 for "12.3", -1 for
  // "0.0123".
  int64_t order = 0;
  // The absolute value, if it is an integer below 2^64.
  std::optional<uint64_t> magnitude;

  bool is_integer() const { return order >= static_cast<int64_t>(digits); }
  // Whether it is an integer of at most 2^53 - 1 in magnitude, which a double holds exactly.
  bool is_small_integer() const {
    return magnitude.has_value() && *magnitude <= static_cast<uint64_t>(kMaxExactInteger);
  }
  // Whether the nearest double identifies this number: no other number with as few digits has the
  // same nearest double.
  bool has_double() const;
};

// Parses "-12.50", "+007" or "1e+20". Returns nullopt if the text as a whole is not a number.
std::optional<Decimal> ReadDecimal(absl::string_view text);

// Returns the double nearest to the number in the text. REQUIRES: ReadDecimal parses it.
double NearestDouble(absl::string_view text);

// Returns the shortest text that parses as this number: "0.1", "1000000", "1e+21", "-Infinity",
// "NaN".
std::string FormatDouble(double number);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_DECIMAL_H_
