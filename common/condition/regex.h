#ifndef CACHE_INVALIDATION_COMMON_CONDITION_REGEX_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_REGEX_H_

#include <re2/re2.h>

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::condition {

// The pattern of a `matches`, in RE2 syntax, compiled within the limits of limits.h.
//
// Immutable, thread-safe.
class Regex {
 public:
  // Where the pattern stands. One that is only known when it is needed has less memory, and is
  // forgotten then.
  enum class Origin { kCondition, kWrite };

  // INVALID_ARGUMENT, without a position, for what is no such syntax or too large.
  static absl::StatusOr<std::unique_ptr<const Regex>> Compile(absl::string_view pattern,
                                                              Origin origin = Origin::kCondition);

  // Whether any part of the text matches.
  bool Matches(absl::string_view text) const;

  // What ten bytes of a text take at most, in units as kMaxCost has them.
  uint64_t UnitsForTenBytes() const { return units_for_ten_bytes_; }

  // What it was made of.
  uint64_t instructions() const { return instructions_; }

 private:
  Regex(absl::string_view pattern, const re2::RE2::Options& options)
      : compiled_(re2::StringPiece(pattern.data(), pattern.size()), options) {}

  re2::RE2 compiled_;
  uint64_t instructions_ = 0;
  uint64_t units_for_ten_bytes_ = 0;
};

// Bytes of the pattern with its repetitions spelled out: of `(?:a{10}b){2}`, some 30. What has no
// syntax is counted in some way. Bounds what compiling it takes, classes of characters aside.
uint64_t SpelledOutBytes(absl::string_view pattern);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_REGEX_H_
