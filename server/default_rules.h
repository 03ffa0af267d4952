#ifndef CACHE_INVALIDATION_SERVER_DEFAULT_RULES_H_
#define CACHE_INVALIDATION_SERVER_DEFAULT_RULES_H_

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// The rules that a new namespace begins with unless the operator says otherwise:
// default_rules.json, compiled in so that the executable needs no file beside it.
absl::string_view DefaultRulesJson();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_DEFAULT_RULES_H_
