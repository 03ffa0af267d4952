// The limits of conditions, each with its reason. How long a text may be is kMaxConditionBytes in
// common/limits.h.

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LIMITS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace cache_invalidation::condition {

// How deep an expression nests, parentheses and the terms of a chain `1 + 1 + ...` included. Three
// times what CEL asks for (32 terms), and a bound on the stack of everything that walks a tree.
inline constexpr int kMaxExpressionDepth = 100;
// Half of the longest text is names and literals; a tree of this many nodes is no longer read by
// anybody. Bounds the memory of a rule.
inline constexpr size_t kMaxExpressionNodes = 1000;
// Elements, or keys with values, that a list or map literal spells out.
inline constexpr size_t kMaxLiteralElements = 500;
// Literal patterns of `matches` that are compiled with the expression. Each holds a cache of its
// own that grows to kMaxRegexMemoryBytes.
inline constexpr size_t kMaxCompiledRegexes = 16;
// One pattern, compiled, with its cache; beyond it RE2 falls back to a slower matcher.
inline constexpr int64_t kMaxRegexMemoryBytes = 1 << 20;
// The same for a pattern whose cache may never be large enough (common/pattern_shape.h). With less
// RE2 sees that sooner: filling the cache takes twice as long as matching without it.
inline constexpr int64_t kMaxLargeRegexMemoryBytes = 256 << 10;
// Matching costs the product of program and input where the cache does not help. With more, ten
// bytes would cost more than an evaluation may.
inline constexpr uint64_t kMaxRegexInstructions = 5'000;
// The memory of a pattern that is only known when it is needed, and forgotten then. Bounds the time
// that compiling it takes, too: half a millisecond.
inline constexpr int64_t kMaxPassingRegexMemoryBytes = 64 << 10;

// Evaluation.

// Units that one evaluation may cost: about one per part of the condition that is looked at, and
// one per ten bytes that a function walks over or value that it compares. Below a millisecond,
// so that a thousand rules on one write stay below a second. Patterns included: a unit is twelve
// nanoseconds, and up to three times as much for a pattern and a text that are made for it.
inline constexpr uint64_t kMaxCost = 10'000;
// Bytes that are walked over for one unit.
inline constexpr size_t kBytesPerUnit = 10;
// What lists, maps and texts that an evaluation makes may take. The cost bounds the work; this
// bounds a chain of concatenations, each of which is cheap for its size.
inline constexpr size_t kMaxEvaluationBytes = 1 << 20;
// One text or byte string that an evaluation makes.
inline constexpr size_t kMaxResultBytes = 64 << 10;
// The text of a number in a context; PostgreSQL's numeric(40, 4) fits by far. Bounds what reading
// it costs, again and again.
inline constexpr size_t kMaxNumberBytes = 100;
// What a part of an error's message may take from a value.
inline constexpr size_t kMaxQuotedBytes = 100;

// Traces, which people read.

// Steps of one: a comprehension over a long list repeats its body for every element.
inline constexpr size_t kMaxTraceSteps = 1000;
// About what one step's value takes as text.
inline constexpr size_t kMaxStepBytes = 200;

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LIMITS_H_
