// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_SHRINKING_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_SHRINKING_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/property/step.h"

namespace cache_invalidation::property {

// Runs steps from the beginning. Returns an empty string, or the failure.
using RunSteps = std::function<std::string(const std::vector<Step>&)>;

// Removes steps while the sequence still fails. REQUIRES: `run(steps)` fails.
std::vector<Step> Shrink(std::vector<Step> steps, const RunSteps& run);

// Returns the steps, numbered, one per line, followed by the failure.
std::string Report(const std::vector<Step>& steps, const RunSteps& run);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_SHRINKING_H_
