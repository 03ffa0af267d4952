// SPDX-License-Identifier: Apache-2.0

#include "tests/property/prediction.h"

#include <cstddef>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/property/result_text.h"

namespace cache_invalidation::property {
namespace {

// Whether the model may need to see what the engine answered; it gets that in a second go.
bool MayLookAtTheAnswer(const engine::Command& command) {
  return std::holds_alternative<engine::TrackEntries>(command) ||
         std::holds_alternative<engine::AddCacheDependency>(command);
}

bool Agree(const reference::Prediction& prediction, const reference::Observed& observed) {
  return prediction.status.ok() == observed.status.ok() && prediction.events == observed.events &&
         Text(prediction.result) == Text(observed.result) &&
         CompareMovedNames(prediction, observed.result).empty();
}

}  // namespace

reference::Prediction Predict(reference::ReferenceModel& model, const engine::Command& command,
                              absl::Time now, const reference::Observed& observed) {
  if (std::holds_alternative<engine::Sweep>(command)) return model.Apply(command, now, &observed);
  if (!MayLookAtTheAnswer(command)) return model.Apply(command, now, nullptr);
  reference::ReferenceModel before = model;
  reference::Prediction prediction = model.Apply(command, now, nullptr);
  if (Agree(prediction, observed)) return prediction;
  model = std::move(before);
  return model.Apply(command, now, &observed);
}

std::string CompareMovedNames(const reference::Prediction& prediction,
                              const engine::Result& result) {
  const auto* track = std::get_if<engine::TrackEntriesResult>(&result);
  if (track == nullptr) return "";
  for (size_t i = 0; i < track->results.size(); ++i) {
    const engine::TrackResult& result = track->results[i];
    const bool refused = result.outcome == engine::FillOutcome::kRefusedMoved;
    if (refused && !prediction.moved_names[i].contains(result.moved)) {
      return absl::StrCat("what had moved of ", result.key, " is '", result.moved,
                          "', not one of '", absl::StrJoin(prediction.moved_names[i], "', '"),
                          "'\n");
    }
    if (!refused && !result.moved.empty()) return "a fill names what moved but nothing did\n";
  }
  return "";
}

}  // namespace cache_invalidation::property
