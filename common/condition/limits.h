// SPDX-License-Identifier: Apache-2.0

// The limits of conditions, each with its reason. The length of the text is limited by
// kMaxConditionBytes in common/limits.h.

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LIMITS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace cache_invalidation::condition {

// Nesting depth of an expression, parentheses and the terms of a chain `1 + 1 + ...` included.
// Three times what CEL requires (32 terms). Bounds the stack of everything that walks a tree.
inline constexpr int kMaxExpressionDepth = 100;
// Nodes of an expression. The longest text could have about twice as many, but a
// condition of this size is unreadable. Bounds the memory of a rule.
inline constexpr size_t kMaxExpressionNodes = 1000;
// Elements of a list literal, or entries of a map literal.
inline constexpr size_t kMaxLiteralElements = 500;
// Literal patterns of `matches` that are compiled with the expression. Each has a cache of its own
// of up to kMaxRegexMemoryBytes.
inline constexpr size_t kMaxCompiledRegexes = 16;
// Memory of a compiled pattern with its cache. When it is full, RE2 falls back to a slower matcher.
inline constexpr int64_t kMaxRegexMemoryBytes = 1 << 20;
// The same for a pattern whose cache may never be large enough (common/pattern.h). With less
// memory RE2 gives up on the cache sooner: filling it takes twice as long as matching without it.
inline constexpr int64_t kMaxLargeRegexMemoryBytes = 256 << 10;
// Instructions of a compiled pattern. Where the cache does not help, matching costs the product of
// program size and input size. With more instructions, ten bytes of input would exceed kMaxCost.
inline constexpr uint64_t kMaxRegexInstructions = 5'000;
// Memory of a pattern that is computed during the evaluation, and dropped after use. Also bounds
// the time to compile it to half a millisecond.
inline constexpr int64_t kMaxPassingRegexMemoryBytes = 64 << 10;

// Evaluation.

// Cost of one evaluation, in units: about one per node evaluated, one per ten bytes that a function
// reads, and one per value compared. A unit is about twelve nanoseconds, and up to three times as
// much for a pattern and a text that were crafted for it. So an evaluation stays below a
// millisecond, and a thousand rules on one write below a second.
inline constexpr uint64_t kMaxCost = 10'000;
// Bytes read per unit.
inline constexpr size_t kBytesPerUnit = 10;
// Memory of the lists, maps and texts that one evaluation creates. The cost limit alone would allow
// a chain of concatenations, each of which is cheap for its size.
inline constexpr size_t kMaxEvaluationBytes = 1 << 20;
// Length of a text or byte string that an evaluation creates.
inline constexpr size_t kMaxResultBytes = 64 << 10;
// Length of the text of a number in a context. PostgreSQL's numeric(40, 4) is far shorter. Bounds
// the cost of parsing it, which happens on every read.
inline constexpr size_t kMaxNumberBytes = 100;
// Length of one part of an error message, such as a value.
inline constexpr size_t kMaxQuotedBytes = 100;

// Traces, which are read by people.

// Steps of a trace. A comprehension over a long list repeats its body for every element.
inline constexpr size_t kMaxTraceSteps = 1000;
// Approximate length of the text of a step's value.
inline constexpr size_t kMaxStepBytes = 200;

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LIMITS_H_
