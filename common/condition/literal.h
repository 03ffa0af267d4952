// What literals stand for. All functions are pure; errors are INVALID_ARGUMENT with the position.
//
// `text` is the whole text of the condition, `source` where the literal stands in it.

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/lexer.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The value of a token of kind kInt, kUint or kDouble. `negative`: a minus stands in front of it;
// the least integer can be written in no other way. Numbers out of range are errors, decimals too
// small for a double are zero. REQUIRES: a uint is not negative.
absl::StatusOr<Value> NumberLiteral(absl::string_view text, const Token& token, bool negative);

// The content of a token of kind kString or kBytes, with its escapes resolved.
absl::StatusOr<std::string> TextLiteral(absl::string_view text, const Token& token);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_H_
