// SPDX-License-Identifier: Apache-2.0

#include "server/core/server_core.h"

#include <utility>

namespace cache_invalidation {

ServerCore::ServerCore(const CoreOptions& options, Persistence persistence,
                       const CoreSurroundings& surroundings)
    : surroundings_(surroundings),
      persistence_(std::move(persistence)),
      catch_up_(persistence_.store(), surroundings_.clock, surroundings_.delivery_observer),
      hub_({.epoch = persistence_.epoch(),
            .event_cache_bytes = options.event_cache_bytes,
            .retention = options.event_retention,
            .older = &catch_up_,
            .heartbeat = options.heartbeat,
            .on_floor_moved = [this](absl::string_view namespace_name,
                                     uint64_t floor) { shards_->Trim(namespace_name, floor); }},
           surroundings_.clock, surroundings_.outlet),
      earlier_leases_(persistence_.EarlierLeases(options.longest_earlier_lease,
                                                 surroundings_.clock.Monotonic())),
      waiting_(delivery::WaitingCalls::Make(hub_, surroundings_.waker, surroundings_.clock,
                                            surroundings_.delivery_observer, earlier_leases_,
                                            options.max_awaited_per_namespace)),
      leases_(earlier_leases_, [this](commit::Group group) {
        return surroundings_.driver.TryHandOver(std::move(group));
      }) {}

absl::StatusOr<std::unique_ptr<ServerCore>> ServerCore::Restore(
    const CoreOptions& options, Persistence persistence, const CoreSurroundings& surroundings) {
  std::unique_ptr<ServerCore> core(new ServerCore(options, std::move(persistence), surroundings));
  if (absl::Status status = core->hub_.Restore(core->store()); !status.ok()) return status;
  // Before anything is published: then the hub reports floors to the shards.
  absl::StatusOr<std::unique_ptr<shard::ShardSet>> shards = shard::ShardSet::Restore(
      {.shards = options.shards,
       .epoch = core->epoch(),
       .default_rules = options.default_rules,
       .limits = options.limits,
       .on_dropped = options.on_dropped,
       .max_namespaces = options.max_namespaces,
       .mailbox = {.submissions = options.max_mailbox_submissions}},
      core->store(), surroundings.clock, surroundings.shard_observer,
      [&driver = surroundings.driver](commit::Group group) { driver.HandOver(std::move(group)); });
  if (!shards.ok()) return shards.status();
  core->shards_ = *std::move(shards);
  return core;
}

absl::Status ServerCore::Begin() {
  InvalidateDistrusted();
  if (absl::Status status = RecordRun(); !status.ok()) return status;
  surroundings_.driver.StartLoops(*shards_);
  return absl::OkStatus();
}

void ServerCore::InvalidateDistrusted() {
  if (persistence_.distrusts_entries()) shards_->InvalidateEverything();
}

// Comes after the invalidations: a start that ends between the two has to invalidate again.
absl::Status ServerCore::RecordRun() {
  commit::Group group;
  group.batch = persistence_.RunBegins(earlier_leases_);
  group.sync = true;
  if (!surroundings_.driver.Commit(std::move(group))) {
    return absl::UnavailableError("the store failed while the server started");
  }
  begun_ = true;
  return absl::OkStatus();
}

void ServerCore::Stop(absl::Duration grace) {
  GiveUp();
  surroundings_.driver.FinishCommits();
  // If that fails, the next start takes it for a crash.
  if (begun_) (void)persistence_.RunEndsCleanly();
  surroundings_.driver.DrainStreams(grace);
}

void ServerCore::GiveUp() {
  shards_->Close();
  surroundings_.driver.FinishLoops();
}

}  // namespace cache_invalidation
