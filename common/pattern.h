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

// An expression in RE2 syntax that is matched against whole keys.
//
//   absl::StatusOr<Pattern> sessions = Pattern::Compile(R"(user:\d+:session:.*)");
//   sessions->Matches("user:42:session:a");    // true
//   sessions->Matches("x:user:42:session:a");  // false: the whole key counts
//
// Matching takes time linear in the key, whatever the expression, but how much for each byte is the
// expression's: see MatchSteps. Immutable, thread-safe; copies share what was compiled.
class Pattern {
 public:
  // INVALID_ARGUMENT, without the path of the field, for an expression that is empty, too long, no
  // RE2 syntax, or too large when compiled.
  static absl::StatusOr<Pattern> Compile(absl::string_view expression);

  // Whether the whole key matches.
  bool Matches(absl::string_view key) const;

  // What matching a key of that many bytes takes at most, in steps as kMaxStepsPerCommand has them.
  // The same on every machine, and whatever was matched before.
  uint64_t MatchSteps(size_t key_bytes) const;

  // Every key that matches begins with this; may be empty, and may be shorter than the longest such
  // prefix. A scan over ordered keys may begin here and end behind its last extension.
  absl::string_view literal_prefix() const { return literal_prefix_; }

  // Whether some key that begins with `prefix` may match. Judged by the literal prefix alone: true
  // may be wrong, false never is.
  bool MayMatchPrefix(absl::string_view prefix) const;

  // As it was given to Compile.
  absl::string_view expression() const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled);

  std::shared_ptr<const re2::RE2> compiled_;
  std::string literal_prefix_;
  // 0: it has a small automaton, and their number does not matter.
  uint64_t instructions_per_byte_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_PATTERN_H_
