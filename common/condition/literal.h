#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/expression.h"
#include "common/condition/lexer.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The value of a token of kind kInt, kUint or kDouble. `negative`: a minus stands in front of it;
// the least integer can be written in no other way. Numbers out of range are errors, decimals too
// small for a double are zero. REQUIRES: a uint is not negative.
absl::StatusOr<Value> NumberLiteral(absl::string_view text, const Token& token, bool negative);

// The content of a token of kind kString or kBytes, with its escapes resolved.
absl::StatusOr<std::string> TextLiteral(absl::string_view text, const Token& token);

// Compiles the patterns of `matches` that stand in the expression as literals, once for all its
// evaluations.
//
// INVALID_ARGUMENT with the position of the first that does not compile, or is one more than
// kMaxCompiledRegexes; all others that can be compiled are.
absl::Status CompileLiteralPatterns(ExpressionBuilder& builder);

// The name, if the node calls a part of a timestamp with a literal one.
std::optional<absl::string_view> LiteralZoneOf(const Expression& expression, const Node& node);

// Looks all of them up. INVALID_ARGUMENT with line and column for the first that does not exist.
absl::Status CheckLiteralZones(const Expression& expression);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_H_
