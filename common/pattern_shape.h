#ifndef CACHE_INVALIDATION_COMMON_PATTERN_SHAPE_H_
#define CACHE_INVALIDATION_COMMON_PATTERN_SHAPE_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Maximum number of literal characters of an expression that counts as having a small automaton
// (common/pattern_shape.h). Such automata have a few hundred states, which are built in a
// millisecond and fit into the memory below.
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

#endif  // CACHE_INVALIDATION_COMMON_PATTERN_SHAPE_H_
