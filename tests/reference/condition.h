// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_CONDITION_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_CONDITION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/engine/command.h"

namespace cache_invalidation::reference {

// The model does not implement the condition language: it knows a few texts, whose results are
// written out by hand.

enum class ConditionResult { kFalse, kTrue, kFailed };

// Returns all conditions that the model knows; the last one is malformed.
const std::vector<std::string>& AllConditions();

bool IsMalformed(absl::string_view condition);

// The empty condition is true. REQUIRES: it is empty or known, and not malformed.
ConditionResult Ask(absl::string_view condition, const engine::WriteEvent& write);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_CONDITION_H_
