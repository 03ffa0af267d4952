// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_SURROUNDINGS_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_SURROUNDINGS_H_

#include <cstdint>
#include <memory>

#include "tests/fakes/fake_clock.h"
#include "tests/property/choices.h"
#include "tests/simulation/call.h"
#include "tests/simulation/database.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/report.h"
#include "tests/simulation/server_run.h"
#include "tests/simulation/swarm.h"

namespace cache_invalidation::simulation {

// The world as its clients see it.
struct Surroundings {
  property::Choices& choices;
  FakeClock& clock;
  Report& report;
  Database& database;
  const Swarm& swarm;
  const Mutation mutation;
  std::unique_ptr<ServerRun> server;  // null: down
  uint64_t calls = 0;
  bool calm = false;  // the final phase: clients finish what they have begun

  absl::Duration now() const { return clock.Monotonic(); }

  // Sends a call. False: no server is running.
  bool Send(const std::shared_ptr<Call>& call) {
    if (server == nullptr || server->dead()) return false;
    call->number = ++calls;
    server->Submit(call);
    return true;
  }
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_SURROUNDINGS_H_
