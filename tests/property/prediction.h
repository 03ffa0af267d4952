// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_PREDICTION_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_PREDICTION_H_

#include <string>

#include "absl/time/time.h"
#include "server/engine/command.h"
#include "server/engine/result.h"
#include "tests/reference/reference_model.h"

namespace cache_invalidation::property {

// Applies the command to the model, by the design alone. If the result of the engine differs where
// the design permits it (when ended entries are reclaimed), the model reads the engine's result and
// tries again. It always does so for a sweep, because the engine decides how far a sweep goes.
reference::Prediction Predict(reference::ReferenceModel& model, const engine::Command& command,
                              absl::Time now, const reference::Observed& observed);

// Checks that the name in a refused fill is one of those that moved. Returns an empty string or the
// error.
std::string CompareMovedNames(const reference::Prediction& prediction,
                              const engine::Result& result);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_PREDICTION_H_
