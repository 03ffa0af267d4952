// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_WORLD_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/command_log.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/publications.h"
#include "tests/simulation/puller.h"
#include "tests/simulation/shared_cache.h"
#include "tests/simulation/stranger.h"
#include "tests/simulation/subscriber.h"
#include "tests/simulation/surroundings.h"
#include "tests/simulation/swarm.h"
#include "tests/simulation/writer.h"

namespace cache_invalidation::simulation {

// A server on a machine that fails, with its clients, in one thread and with its own clock. The
// seed decides which part moves next, and which faults occur: the same seed is the same history.
class World {
 public:
  World(uint64_t seed, Mutation mutation, bool keeps_log);
  ~World();

  // Runs it: first with all faults, then without until every client has what was published. Then
  // report() says whether all guarantees held.
  void Run();

  const Report& report() const { return report_; }

  // Counts of what happened, so that a test can check that its worlds are rich enough.
  struct Counts {
    uint64_t commands = 0;
    uint64_t runs = 0;    // of the server
    uint64_t epochs = 0;  // that began after the first
    uint64_t kills = 0;
    uint64_t power_losses = 0;
    uint64_t failed_stores = 0;
    uint64_t clean_stops = 0;
    uint64_t waits = 0;  // that ended with all subscribers

    Counts& operator+=(const Counts& other);
  };
  const Counts& counts() const { return counts_; }

 private:
  // One step. `within_write`: while the disk writes, when the committer cannot continue and the
  // server cannot start or stop.
  void Step(bool within_write);
  void WhileWriting();
  void MoveTime();
  void MoveNetwork();
  void StrikeFault(bool within_write);
  void Kill();
  void LosePower();

  void LoseEndOfStore();
  void StartServer();
  void StopServer();
  void CloseServer();

  // The final phase.
  void CalmDown();
  bool CalmRound(bool reading);
  void CheckEverything();
  void OnWaited();

  property::Choices choices_;
  const Swarm swarm_;
  FakeClock clock_;
  Report report_;
  const std::vector<engine::Rule> default_rules_;
  const engine::Limits limits_;
  Database database_;
  CommandLog commands_;
  Publications publications_;
  Disk disk_;
  Surroundings surroundings_;
  std::deque<SharedCache> shared_caches_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::vector<std::unique_ptr<Writer>> writers_;
  std::vector<std::unique_ptr<Stranger>> strangers_;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::vector<std::unique_ptr<Puller>> pullers_;

  Counts counts_;
  bool starting_ = false;
  bool died_starting_ = false;
  bool needs_new_epoch_ = false;  // the disk is not what the last run left
  uint64_t boot_ = 1;
  Durability durability_ = Durability::kSync;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_WORLD_H_
