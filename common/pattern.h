// SPDX-License-Identifier: Apache-2.0

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

// Maximum number of literal characters of an expression that counts as having a small automaton.
// Such automata have a few hundred states, which are built in a millisecond and fit into the memory
// below.
inline constexpr size_t kMaxSmallPatternPlaces = 128;

// Where a match of an expression can begin.
enum class MatchBegin {
  kAtTheStart,  // of the text
  kAnywhere,    // unless the expression begins with `^`
};

// Returns whether the expression, in RE2 syntax, certainly has a small deterministic automaton. RE2
// then takes about a nanosecond per byte of a text: it reads each byte once and caches the states
// it builds. Any other expression may have an automaton exponential in its length. For each byte
// RE2 then builds a new state or follows all states at once, which takes time proportional to the
// size of the compiled expression.
//
// Depends only on the text, so the result never changes. True for literals, escapes, classes, stars
// and `+` of one character, and groups of literal alternatives, in this order:
//
// - While the next byte alone determines the place in the expression, any of these, and `{n}` after
//   a character: `user:[0-9]{4}:(?:a|b):\d+:x`. There is one state per place. What follows a star
//   must begin with a character that the star cannot match, and no alternative may be a prefix of
//   another.
// - After the first star for which this does not hold (`.*`, or from the start of a search), only
//   literals, one group between two stars, and stars, of which at most two may be of something
//   other than any character: `.*:user:\d+:.*`. The longest matched prefix of a literal determines
//   the shorter ones. A class by itself would need a state for each subset of places, and so would
//   more stars that some character can end.
//
// REQUIRES: RE2 accepts the expression.
bool HasSmallAutomaton(absl::string_view expression, MatchBegin begin);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_PATTERN_H_
