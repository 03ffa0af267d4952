#ifndef CACHE_INVALIDATION_COMMON_CONDITION_DECIMAL_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_DECIMAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace cache_invalidation::condition {

// What a number is, by the text of its decimal digits.
struct Decimal {
  bool negative = false;
  // From the first to the last that is no zero: 3 of "0.01230", 0 of zero.
  size_t digits = 0;
  // How many of them stand in front of the point: 2 of "12.3", -1 of "0.0123".
  int64_t order = 0;
  // Without the sign, if it is an integer below 2^64.
  std::optional<uint64_t> magnitude;

  bool is_integer() const { return order >= static_cast<int64_t>(digits); }
  // Whether it is an integer that every double holds exactly.
  bool is_small_integer() const;
  // Whether the nearest double reads as this number and no other that is as short.
  bool has_double() const;
};

// The number that "-12.50", "+007" or "1e+20" is; nothing if the text is no number as a whole.
std::optional<Decimal> ReadDecimal(absl::string_view text);

// The double that is nearest to the number of the text. REQUIRES: ReadDecimal reads it.
double NearestDouble(absl::string_view text);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_DECIMAL_H_
