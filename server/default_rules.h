// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DEFAULT_RULES_H_
#define CACHE_INVALIDATION_SERVER_DEFAULT_RULES_H_

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// The rules of a new namespace, unless the operator configures others: default_rules.json, compiled
// in so that the executable needs no file.
absl::string_view DefaultRulesJson();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_DEFAULT_RULES_H_
