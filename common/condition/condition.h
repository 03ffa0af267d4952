#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Whether a rule may have this condition. Every condition of a rule passes here before the rule is
// stored, so that a stored condition is always one that can be evaluated.
//
// OK for the empty text, which means "always". INVALID_ARGUMENT, without the path of the field, for
// text that is too long or malformed. UNIMPLEMENTED for any other text: no expression is evaluated
// yet, and a condition that is stored but not looked at would fire, or not, against its author's
// intent.
absl::Status CheckCondition(absl::string_view text);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_
