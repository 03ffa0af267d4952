// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_SWARM_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_SWARM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "server/core/persistence.h"
#include "tests/property/choices.h"

namespace cache_invalidation::simulation {

// The parameters of one world: which faults it has, how often each thing happens, and all sizes.
// Every seed draws its own, with many rates zero: so events that are rare in some worlds are
// frequent in others.
//
// Weights are relative to each other; percentages are of the occasions.
struct Swarm {
  explicit Swarm(property::Choices& choices);

  uint64_t steps = 0;

  // The server.
  std::vector<Durability> durabilities;  // each start takes one
  size_t shards = 1;
  size_t event_cache_bytes = 0;  // so small that cursors fall behind it
  size_t retained_bytes = 0;
  absl::Duration retained_age;
  size_t max_mailbox_submissions = 0;
  absl::Duration heartbeat;
  uint64_t steps_per_write = 0;  // limit on steps while the disk writes

  // Clients.
  size_t namespaces = 1;
  size_t subscribers = 1;
  size_t writers = 1;
  size_t strangers = 0;  // clients that send commands of any kind
  size_t readers = 0;    // of a shared cache; and as many clients that pull
  size_t stream_window = 1;
  absl::Duration longest_lease;

  // Weights of steps.
  uint64_t shard = 0;
  uint64_t committer = 0;
  uint64_t outbox = 0;
  uint64_t catch_up = 0;
  uint64_t network = 0;
  uint64_t subscriber = 0;
  uint64_t writer = 0;
  uint64_t stranger = 0;
  uint64_t reader = 0;
  uint64_t time = 0;
  uint64_t fault = 0;
  uint64_t waiting_percent = 0;     // of the writers' calls
  uint64_t giving_up_percent = 0;   // of the checks for a missing answer
  uint64_t long_pause_percent = 0;  // of the steps of time
  uint64_t disconnect = 0;          // weight among a subscriber's steps
  uint64_t forget = 0;              // the same: its process starts anew

  // Faults.
  uint64_t kill = 0;
  uint64_t power_loss = 0;
  uint64_t clean_stop = 0;
  uint64_t failed_write = 0;
  uint64_t failed_sync = 0;
  uint64_t full_disk = 0;
  uint64_t asked_epoch_percent = 0;    // of the starts
  uint64_t restored_copy_percent = 0;  // the same
  bool knows_boot_id = true;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_SWARM_H_
