// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TEXTS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TEXTS_H_

#include <re2/re2.h>

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// A compiled pattern of `matches`, in RE2 syntax, within the limits of limits.h.
//
// Immutable, thread-safe.
class Regex {
 public:
  // Where the pattern comes from. One that is only known during the evaluation gets less memory,
  // since it is dropped after use.
  enum class Origin { kCondition, kWrite };

  // Returns INVALID_ARGUMENT, without a position, if the syntax is invalid or the pattern too
  // large.
  static absl::StatusOr<std::unique_ptr<const Regex>> Compile(absl::string_view pattern,
                                                              Origin origin = Origin::kCondition);

  // Whether the pattern matches anywhere in the text.
  bool Matches(absl::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_);
  }

  // The cost of matching ten bytes of text, at most, in the units of kMaxCost.
  uint64_t UnitsForTenBytes() const { return units_for_ten_bytes_; }

  // Instructions of the compiled program.
  uint64_t instructions() const { return instructions_; }

 private:
  Regex(absl::string_view pattern, const re2::RE2::Options& options)
      : compiled_(re2::StringPiece(pattern.data(), pattern.size()), options) {}

  re2::RE2 compiled_;
  uint64_t instructions_ = 0;
  uint64_t units_for_ten_bytes_ = 0;
};

// The approximate length of the pattern with its repetitions expanded: about 30 for
// `(?:a{10}b){2}`. It bounds the cost of compiling the pattern, apart from character classes. An
// invalid pattern gets some number.
uint64_t SpelledOutBytes(absl::string_view pattern);

// Returns the number of characters (code points) of a string, bytes of a byte string, or elements
// of a list or map.
Value Size(Value value, Budget& budget);

// Evaluates kContains, kStartsWith and kEndsWith. REQUIRES: no errors.
Value Search(Function function, Value text, Value part, Budget& budget);

// Whether the pattern matches anywhere in the text. `compiled` is the pattern if it was known when
// the condition was parsed. If null, the pattern is compiled here, with less memory
// (Regex::Origin). REQUIRES: no errors.
Value Matches(Value text, Value pattern, const Regex* compiled, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TEXTS_H_
