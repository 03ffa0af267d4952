// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_REFERENCE_MODEL_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_REFERENCE_MODEL_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/command.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "tests/reference/model_state.h"

namespace cache_invalidation::reference {

// The required result of a command.
struct Prediction {
  absl::Status status;
  // Of warnings, only whether there are any is predicted.
  engine::Result result;
  std::vector<OwnedEvent> events;
  // For TrackEntries: per entry, the names of which any can be given as the one that had moved.
  std::vector<std::set<std::string>> moved_names;
};

// The engine's result for the same command.
struct Observed {
  absl::Status status;
  engine::Result result;
  std::vector<OwnedEvent> events;
  uint64_t floor = 0;  // after the command
};

// The range of a value of GetInvalidationStats that depends on when the server reclaims.
struct CountRange {
  uint64_t least = 0;
  uint64_t most = 0;
};

// Per key and tag of a Validate: whether it may and whether it must be reported as moved.
struct ExpectedValidation {
  std::vector<bool> keys_may, keys_must;
  std::vector<bool> tags;
};

// The required totals of ExplainWrite.
struct ExpectedExplanation {
  bool key_hit = false;
  uint64_t targets = 0;
  uint64_t widened = 0;
};

// A namespace as a newcomer would write it after reading the design: maps, loops and the complete
// history, no index, no shortcut. The engine is correct if it gives the same results.
//
// Copyable; thread-compatible.
class ReferenceModel {
 public:
  explicit ReferenceModel(absl::string_view epoch, const engine::Limits& limits = {}) {
    state_.epoch = std::string(epoch);
    state_.limits = limits;
  }

  // `observed`: null if there was nothing to observe. Used only where the design leaves open when
  // ended entries are reclaimed.
  Prediction Apply(const engine::Command& command, absl::Time now, const Observed* observed);

  // Begins another history with the current state: positions of the previous one are unknown.
  void BeginEpoch(absl::string_view epoch) { state_.epoch = std::string(epoch); }

  // Returns the result to any query except Validate and ExplainWrite.
  engine::Result Answer(const engine::Query& query, absl::Time now) const;
  ExpectedValidation ExpectValidation(const engine::Validate& query, absl::Time now) const;
  ExpectedExplanation ExpectExplanation(const engine::ExplainWrite& query, absl::Time now) const;

  CountRange TrackedEntries() const;
  CountRange DependencyEdges() const;
  // Never true after complete sweeps.
  bool RemembersTooMuch() const;

  uint64_t head() const { return state_.head; }
  uint64_t floor() const { return state_.floor; }
  std::optional<absl::Time> batch_deadline() const { return state_.batch_deadline; }
  // Of the batch that is pending, or was pending last.
  uint64_t batch_generation() const { return state_.batch_generation; }
  const State& state() const { return state_; }

 private:
  // Returns the state at `now` if nothing but the passage of time happened until then.
  State At(absl::Time now) const;

  State state_;
};

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_REFERENCE_MODEL_H_
