// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_SIDE_BY_SIDE_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_SIDE_BY_SIDE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/engine/engine.h"
#include "tests/property/step.h"
#include "tests/reference/reference_model.h"

namespace cache_invalidation::property {

// An engine and a model that get the same steps and must give the same results.
class SideBySide {
 public:
  explicit SideBySide(const engine::Limits& limits);

  // Runs a step on both. Returns an empty string if they agree, otherwise the difference, for
  // people.
  std::string Run(const Step& step);

  // Compares the results of all queries. Returns as Run.
  std::string AskEverything();

  uint64_t head() const { return engine_.head(); }
  uint64_t floor() const { return engine_.floor(); }

 private:
  // A batch as known to both.
  struct Timer {
    absl::Time at;
    uint64_t engine_generation = 0;
    uint64_t model_generation = 0;
  };

  std::string Apply(const engine::Command& for_engine, const engine::Command& for_model,
                    Buffer* buffer);
  std::string Apply(const engine::Command& command, Buffer* buffer) {
    return Apply(command, command, buffer);
  }
  std::string Answer(const engine::Query& query);
  std::string FlushDue();
  std::string FlushStale();
  std::string SweepUntilDone(const engine::Sweep& sweep);
  std::string ComparePlaces();
  std::string CompareStats(bool swept);

  engine::Engine engine_;
  reference::ReferenceModel model_;
  absl::Time now_;
  std::optional<Timer> timer_;        // of the pending batch
  std::optional<Timer> stale_timer_;  // of an earlier batch
};

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_SIDE_BY_SIDE_H_
