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

// Literals: their values, and those that are prepared when the text is parsed. All errors are
// INVALID_ARGUMENT with the position.

// Returns the value of a token of kind kInt, kUint or kDouble in `text`, the whole text of the
// condition. `negative` means that a minus precedes it, since the least integer can only be written
// with one. Numbers out of range are errors; decimals too small for a double are zero. REQUIRES: a
// uint is not negative.
absl::StatusOr<Value> NumberLiteral(absl::string_view text, const Token& token, bool negative);

// Returns the content of a token of kind kString or kBytes in `text`, with its escapes resolved.
absl::StatusOr<std::string> TextLiteral(absl::string_view text, const Token& token);

// Compiles the literal patterns of `matches` in the expression, once for all its evaluations.
//
// The error is that of the first pattern that does not compile or exceeds kMaxCompiledRegexes. All
// other patterns are compiled nevertheless, up to that limit.
absl::Status CompileLiteralPatterns(ExpressionBuilder& builder);

// Returns the name of the time zone if the node is a call such as `x.getHours("Europe/Paris")` with
// a literal zone.
std::optional<absl::string_view> LiteralZoneOf(const Expression& expression, const Node& node);

// Looks up the literal time zones of the expression, so that evaluating it reads no files. The
// error is that of the first that does not exist.
absl::Status CheckLiteralZones(const Expression& expression);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_H_
