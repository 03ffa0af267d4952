// Time zones whose names stand in a condition: `x.getHours("Europe/Paris")`. They are looked up
// when it is parsed, so that evaluating it reads no files.

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_ZONES_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_ZONES_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/condition/expression.h"

namespace cache_invalidation::condition {

// The name, if the node calls a part of a timestamp with a literal one.
std::optional<absl::string_view> LiteralZoneOf(const Expression& expression, const Node& node);

// Looks all of them up. INVALID_ARGUMENT with line and column for the first that does not exist.
absl::Status CheckLiteralZones(const Expression& expression);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LITERAL_ZONES_H_
