// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_MISTAKEN_START_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_MISTAKEN_START_H_

#include "absl/status/status.h"
#include "server/core/server_core.h"
#include "tests/simulation/mutation.h"

namespace cache_invalidation::simulation {

// ServerCore::Begin, or its steps with a planted mistake.
class MistakenStart {
 public:
  static absl::Status Begin(ServerCore& core, Mutation mutation) {
    switch (mutation) {
      case Mutation::kTrustsEntries:
        return core.RecordRun();
      case Mutation::kRecordsRunFirst: {
        if (absl::Status status = core.RecordRun(); !status.ok()) return status;
        core.InvalidateDistrusted();
        // No client sees anything before that is durable as well.
        return core.RecordRun();
      }
      default:
        return core.Begin();
    }
  }
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_MISTAKEN_START_H_
