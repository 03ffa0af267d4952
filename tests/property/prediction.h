#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_PREDICTION_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_PREDICTION_H_

#include <string>

#include "absl/time/time.h"
#include "server/engine/command.h"
#include "server/engine/reply.h"
#include "tests/reference/reference_model.h"

namespace cache_invalidation::property {

// Applies the command to the model, by the design alone. If the engine made something else of it
// where the design leaves it open (when ended entries are reclaimed), the model looks at that and
// tries again. A sweep is always looked at: how far it went is the engine's to say.
reference::Prediction Predict(reference::ReferenceModel& model, const engine::Command& command,
                              absl::Time now, const reference::Observed& observed);

// The name that a refused fill gives must be one of those that moved. Empty, or what is wrong.
std::string CompareMovedNames(const reference::Prediction& prediction, const engine::Reply& reply);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_PREDICTION_H_
