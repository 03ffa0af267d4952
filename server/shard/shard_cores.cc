#include "server/shard/shard_cores.h"

#include <cstdint>
#include <string>
#include <utility>

#include "server/shard/recovery.h"
#include "server/storage/deleted_revision.h"

namespace cache_invalidation::shard {

// FNV-1a. Rows are stored by namespace, so a later version may take another hash; this one gives
// the same answer in every process, so that a run can be repeated.
size_t ShardIndex(absl::string_view namespace_name, size_t shards) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : namespace_name) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  return hash % shards;
}

absl::StatusOr<std::vector<std::unique_ptr<ShardCore>>> RebuildCores(
    const ShardCore::Options& options, size_t shards, const storage::Store& store,
    NamespaceQuota& quota, ShardObserver& observer, absl::Time now) {
  const absl::StatusOr<uint64_t> deleted = storage::HighestDeletedRevision(store);
  if (!deleted.ok()) {
    return deleted.status();
  }
  std::vector<std::unique_ptr<ShardCore>> cores;
  for (size_t i = 0; i < shards; ++i) {
    ShardCore::Options of_shard = options;
    of_shard.shard = i;
    of_shard.deleted_revision = *deleted;
    cores.push_back(std::make_unique<ShardCore>(std::move(of_shard), quota, observer, now));
  }
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) {
    return names.status();
  }
  for (const std::string& name : *names) {
    absl::StatusOr<std::unique_ptr<engine::Engine>> engine =
        RebuildEngine(store, name, options.epoch, options.limits);
    if (!engine.ok()) {
      return engine.status();
    }
    cores[ShardIndex(name, shards)]->Adopt(name, *std::move(engine), now);
  }
  return cores;
}

}  // namespace cache_invalidation::shard
