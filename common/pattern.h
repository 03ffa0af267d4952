#ifndef CACHE_INVALIDATION_COMMON_PATTERN_H_
#define CACHE_INVALIDATION_COMMON_PATTERN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace cache_invalidation {

// A key that a pattern is matched against, and the number of its bytes that cost as much again: at
// most five nanoseconds per byte, if the pattern has a small automaton.
inline constexpr uint64_t kStepsPerMatch = 2;
inline constexpr uint64_t kBytesPerMatch = 64;

// An expression in RE2 syntax that is matched against whole keys.
//
//   absl::StatusOr<Pattern> sessions = Pattern::Compile(R"(user:\d+:session:.*)");
//   sessions->Matches("user:42:session:a");    // true
//   sessions->Matches("x:user:42:session:a");  // false: the whole key counts
//
// Matching takes time linear in the key for every expression, but the cost per byte depends on the
// expression: see MatchSteps. Immutable, thread-safe; copies share the compiled form.
class Pattern {
 public:
  // Fails with INVALID_ARGUMENT, without the path of the field, if the expression is empty, too
  // long, not RE2 syntax, or too large when compiled.
  static absl::StatusOr<Pattern> Compile(absl::string_view expression);

  // Returns whether the whole key matches.
  bool Matches(absl::string_view key) const;

  // Returns an upper bound on the cost of matching a key of `key_bytes` bytes, in the steps of
  // kMaxStepsPerCommand. The same on every machine, and independent of earlier matches.
  uint64_t MatchSteps(size_t key_bytes) const;

  // Returns a prefix of every key that matches; can be empty, and can be shorter than the longest
  // such prefix. A scan over ordered keys can begin here and end after the last key with this
  // prefix.
  absl::string_view literal_prefix() const { return literal_prefix_; }

  // Returns whether a key that begins with `prefix` may match. Uses the literal prefix only: true
  // can be wrong, false never is.
  bool MayMatchPrefix(absl::string_view prefix) const;

  // Returns the expression as given to Compile.
  absl::string_view expression() const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled);

  std::shared_ptr<const re2::RE2> compiled_;
  std::string literal_prefix_;
  // 0 if it has a small automaton, whose number of instructions does not matter.
  uint64_t instructions_per_byte_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_PATTERN_H_
