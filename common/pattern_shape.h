#ifndef CACHE_INVALIDATION_COMMON_PATTERN_SHAPE_H_
#define CACHE_INVALIDATION_COMMON_PATTERN_SHAPE_H_

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Where a match of an expression begins.
enum class MatchBegin {
  kAtTheStart,  // of the text
  kAnywhere,    // unless the expression begins with `^`
};

// Whether the expression, in RE2 syntax, certainly has a small deterministic automaton, so that RE2
// takes about a nanosecond for each byte of a text: it reads each byte once, and keeps what it
// built. Any other may have one that is exponential in its length; then RE2 builds a new state, or
// follows all states at once, for each byte, which takes as long as the expression is when
// compiled.
//
// Judged by the text alone, so that the answer never changes. True for literals, escapes, classes,
// stars and `+` of one character, and groups of literal alternatives, in this order:
//
// - As long as it is clear from the next byte alone where in the expression a match is, anything of
//   these, and `{n}` behind a character: `user:[0-9]{4}:(?:a|b):\d+:x`. There is one state for each
//   place. What follows a star must begin with what the star cannot be, no alternative may begin
//   like another.
// - Behind the first star where that is not so (`.*`, or anywhere from the start of a search), only
//   literals, one group between two stars, and stars, of which two may be of something else than
//   any character: `.*:user:\d+:.*`. Which parts of literals are matched follows from the longest
//   of them. Classes that stand there alone would need a state for each subset of their places, and
//   so would more stars that a character can end.
//
// REQUIRES: RE2 takes the expression.
bool HasSmallAutomaton(absl::string_view expression, MatchBegin begin);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_PATTERN_SHAPE_H_
