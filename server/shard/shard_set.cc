#include "server/shard/shard_set.h"

#include <utility>

#include "common/check.h"
#include "server/shard/recovery.h"
#include "server/shard/shard_cores.h"

namespace cache_invalidation::shard {

ShardSet::ShardSet(const ShardSetOptions& options, const Clock& clock, absl::Time last_recorded)
    : time_(clock, last_recorded), quota_(options.max_namespaces) {}

absl::StatusOr<std::unique_ptr<ShardSet>> ShardSet::Start(const ShardSetOptions& options,
                                                          const storage::Store& store, Clock& clock,
                                                          commit::Committer& committer,
                                                          ShardObserver& observer) {
  Check(options.shards > 0, "somebody applies commands");
  const absl::StatusOr<absl::Time> last_recorded = LastRecordedTime(store);
  if (!last_recorded.ok()) {
    return last_recorded.status();
  }
  auto set = std::unique_ptr<ShardSet>(new ShardSet(options, clock, *last_recorded));
  const absl::Time now = set->time_.Now();

  absl::StatusOr<std::vector<std::unique_ptr<ShardCore>>> cores =
      RebuildCores({.epoch = options.epoch,
                    .default_rules = options.default_rules,
                    .limits = options.limits,
                    .on_dropped = options.on_dropped},
                   options.shards, store, set->quota_, observer, now);
  if (!cores.ok()) {
    return cores.status();
  }
  for (std::unique_ptr<ShardCore>& core : *cores) {
    if (options.invalidate_everything) {
      core->InvalidateEverything(now);
      committer.Submit(core->SealGroup().first);
    }
    set->shards_.push_back(std::make_unique<Shard>(std::move(core), set->time_, options.mailbox,
                                                   clock, committer, observer));
  }
  return set;
}

ShardSet::~ShardSet() { Stop(); }

Shard& ShardSet::ShardOf(absl::string_view namespace_name) const {
  return *shards_[ShardIndex(namespace_name, shards_.size())];
}

absl::Status ShardSet::Submit(std::unique_ptr<Submission> submission) {
  Shard& shard = ShardOf(submission->namespace_name);
  absl::Status status = shard.Submit(std::move(submission));
  if (!status.ok()) ++refused_;
  return status;
}

void ShardSet::Trim(absl::string_view namespace_name, uint64_t floor) {
  ShardOf(namespace_name).Trim(namespace_name, floor);
}

void ShardSet::Stop() {
  // All of them first, so that no shard works while another still takes in.
  for (const std::unique_ptr<Shard>& shard : shards_) {
    shard->Close();
  }
  for (const std::unique_ptr<Shard>& shard : shards_) {
    shard->Stop();
  }
}

}  // namespace cache_invalidation::shard
