#include "server/shard/shard_set.h"

#include <utility>

#include "absl/hash/hash.h"
#include "common/check.h"
#include "server/shard/recovery.h"

namespace cache_invalidation::shard {
namespace {

// Any hash will do, even another one at the next start: rows are stored by namespace.
size_t ShardIndex(absl::string_view namespace_name, size_t shards) {
  return absl::Hash<absl::string_view>{}(namespace_name) % shards;
}

}  // namespace

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

  std::vector<std::unique_ptr<ShardCore>> cores;
  for (size_t i = 0; i < options.shards; ++i) {
    cores.push_back(std::make_unique<ShardCore>(
        ShardCore::Options{.epoch = options.epoch, .default_rules = options.default_rules},
        set->quota_, observer, now));
  }
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) {
    return names.status();
  }
  for (const std::string& name : *names) {
    absl::StatusOr<std::unique_ptr<engine::Engine>> engine =
        RebuildEngine(store, name, options.epoch, now);
    if (!engine.ok()) {
      return engine.status();
    }
    cores[ShardIndex(name, cores.size())]->Adopt(name, *std::move(engine));
  }
  for (std::unique_ptr<ShardCore>& core : cores) {
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
  return shard.Submit(std::move(submission));
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
