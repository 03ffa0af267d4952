// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_RECORDING_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_RECORDING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "server/engine/engine.h"
#include "tests/property/step.h"

namespace cache_invalidation::property {

// One input of an engine, including the timers of its batches as commands.
struct Recorded {
  absl::Time now;
  std::variant<engine::Command, engine::Query> what;
  std::shared_ptr<Buffer> buffer;  // null: the command has no views
};

// Runs a random sequence on an engine and records it.
std::vector<Recorded> Record(uint64_t seed, uint64_t steps);

// Returns everything a command did except its delta, to compare with another engine.
std::string Text(const engine::Applied& applied);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_RECORDING_H_
