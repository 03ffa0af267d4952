#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_PATTERNS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_PATTERNS_H_

#include "absl/status/status.h"
#include "common/condition/expression_builder.h"

namespace cache_invalidation::condition {

// Compiles the patterns of `matches` that stand in the expression as literals, once for all its
// evaluations.
//
// INVALID_ARGUMENT with the position of the first that does not compile, or is one more than
// kMaxCompiledRegexes; all others that can be compiled are.
absl::Status CompileLiteralPatterns(ExpressionBuilder& builder);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_PATTERNS_H_
