#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_SHRINKING_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_SHRINKING_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/property/step.h"

namespace cache_invalidation::property {

// Runs steps from the beginning; empty if all is well, otherwise what went wrong.
using RunSteps = std::function<std::string(const std::vector<Step>&)>;

// Leaves out steps as long as something still goes wrong. REQUIRES: `run(steps)` fails.
std::vector<Step> Shrink(std::vector<Step> steps, const RunSteps& run);

// The steps, numbered, one per line, and what goes wrong at the end.
std::string Report(const std::vector<Step>& steps, const RunSteps& run);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_SHRINKING_H_
