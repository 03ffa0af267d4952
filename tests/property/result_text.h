// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_RESULT_TEXT_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_RESULT_TEXT_H_

#include <string>

#include "server/engine/result.h"

namespace cache_invalidation::property {

// Returns everything in a result that is compared literally, so that two results are equal if their
// texts are. Omitted, because other code compares them more precisely: warnings, the name in a
// refused fill, tracked entries and dependency edges of the statistics, verdicts of Validate,
// explanations, and the number of things that a sweep removed.
std::string Text(const engine::Result& result);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_RESULT_TEXT_H_
