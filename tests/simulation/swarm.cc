// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/swarm.h"

namespace cache_invalidation::simulation {
namespace {

using Weights = std::vector<uint64_t>;

}  // namespace

Swarm::Swarm(property::Choices& choices) {
  steps = choices.OneOf<uint64_t>({100, 300, 600, 900});

  constexpr Durability kSync = Durability::kSync;
  constexpr Durability kAsync = Durability::kAsync;
  constexpr Durability kMemory = Durability::kMemory;
  durabilities = choices.OneOf<std::vector<Durability>>(
      {{kSync}, {kSync}, {kSync}, {kAsync}, {kAsync}, {kAsync}, {kMemory}, {kSync, kAsync}});
  shards = 1 + choices.Below(2);
  event_cache_bytes = choices.OneOf<size_t>({1, 600, 2000, 1 << 20});
  retained_bytes = choices.OneOf<size_t>({1000, 10'000, 1 << 20});
  retained_age = choices.OneOf<absl::Duration>({absl::InfiniteDuration(), absl::Seconds(5)});
  max_mailbox_submissions = choices.OneOf<size_t>({3, 100});
  heartbeat = absl::Milliseconds(choices.OneOf<int>({500, 2000, 5000}));
  steps_per_write = choices.OneOf<uint64_t>({0, 2, 8, 20});

  namespaces = 1 + choices.Below(2);
  subscribers = 1 + choices.Below(3);
  writers = 1 + choices.Below(2);
  strangers = choices.Below(2);
  readers = choices.Below(3);
  stream_window = choices.OneOf<size_t>({1, 2, 8});
  longest_lease = absl::Seconds(choices.OneOf<int>({1, 1, 3, 10}));

  const Weights often = {2, 10, 10, 20};
  const Weights sometimes = {0, 1, 1, 4};
  shard = choices.OneOf(often);
  committer = choices.OneOf(often);
  outbox = choices.OneOf(often);
  catch_up = choices.OneOf(often);
  network = choices.OneOf(often);
  subscriber = choices.OneOf<uint64_t>({10, 20, 40});
  writer = choices.OneOf(often);
  stranger = choices.OneOf(often);
  reader = choices.OneOf(often);
  time = choices.OneOf(often);
  fault = choices.OneOf<uint64_t>({0, 1, 1, 2});
  waiting_percent = choices.OneOf<uint64_t>({0, 30, 100});
  giving_up_percent = choices.OneOf<uint64_t>({0, 0, 5, 20});
  long_pause_percent = choices.OneOf<uint64_t>({0, 3, 3, 20});
  disconnect = choices.OneOf(sometimes);
  forget = choices.OneOf<uint64_t>({0, 0, 1});

  kill = choices.OneOf(sometimes);
  power_loss = choices.OneOf(sometimes);
  clean_stop = choices.OneOf(sometimes);
  failed_write = choices.OneOf(sometimes);
  failed_sync = choices.OneOf(sometimes);
  full_disk = choices.OneOf(sometimes);
  asked_epoch_percent = choices.OneOf<uint64_t>({0, 0, 0, 20});
  restored_copy_percent = choices.OneOf<uint64_t>({0, 0, 0, 20});
  knows_boot_id = !choices.Percent(10);
}

}  // namespace cache_invalidation::simulation
