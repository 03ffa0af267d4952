// SPDX-License-Identifier: Apache-2.0

#include "server/shard/shard_set.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/stable_hash.h"
#include "server/shard/shard_core.h"
#include "server/storage/store.h"
#include "server/wire/event_codec.h"
#include "server/wire/record_codec.h"

namespace cache_invalidation::shard {
namespace {

using ChunkPtr = std::shared_ptr<const wire::Chunk>;

// Calls `visit` with every record of a kind.
absl::Status VisitRecords(const storage::Store& store, absl::string_view namespace_name,
                          wire::RowKind kind,
                          absl::FunctionRef<void(const engine::Record&)> visit) {
  return store.ScanRows(
      namespace_name, kind, [&](absl::string_view identity, absl::string_view value) {
        const absl::StatusOr<engine::Record> record = wire::DecodeRecord(kind, identity, value);
        if (record.ok()) visit(*record);
        return record.status();
      });
}

absl::Status ReplayHistory(const storage::Store& store, absl::string_view namespace_name,
                           engine::Engine& engine) {
  const absl::StatusOr<storage::RetainedRevisions> retained = store.Retained(namespace_name);
  if (!retained.ok()) return retained.status();
  if (retained->head != engine.head()) {
    return absl::DataLossError(absl::StrCat("namespace ", namespace_name, " stands at revision ",
                                            engine.head(), ", its history at ", retained->head));
  }
  wire::EventDecoder decoder(retained->floor + 1);
  storage::PartPosition from{retained->floor + 1, 0};
  while (from.revision <= retained->head) {
    const auto chunks = store.ReadChunks(namespace_name, from, storage::kRecoveryReadBytes);
    if (!chunks.ok()) return chunks.status();
    if (chunks->empty()) {
      return absl::DataLossError(
          absl::StrCat("namespace ", namespace_name, " lacks revision ", from.revision));
    }
    for (const ChunkPtr& chunk : *chunks) {
      absl::Status status =
          decoder.Decode(*chunk, [&engine](const engine::Event& event) { engine.Replay(event); });
      if (!status.ok()) return status;
    }
    from = storage::PositionAfter(chunks->back()->parts.back());
  }
  return absl::OkStatus();
}

// The cores that a server starts with, one for each shard, each with its namespaces of the store.
// The number of its shard and what was deleted are filled into the options.
absl::StatusOr<std::vector<std::unique_ptr<ShardCore>>> RebuildCores(
    const ShardCore::Options& options, size_t shards, const storage::Store& store,
    NamespaceQuota& quota, ShardObserver& observer, absl::Time now) {
  const absl::StatusOr<uint64_t> deleted = storage::HighestDeletedRevision(store);
  if (!deleted.ok()) return deleted.status();
  std::vector<std::unique_ptr<ShardCore>> cores;
  for (size_t i = 0; i < shards; ++i) {
    ShardCore::Options of_shard = options;
    of_shard.shard = i;
    of_shard.deleted_revision = *deleted;
    cores.push_back(std::make_unique<ShardCore>(std::move(of_shard), quota, observer, now));
  }
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    absl::StatusOr<std::unique_ptr<engine::Engine>> engine =
        RebuildEngine(store, name, options.epoch, options.limits);
    if (!engine.ok()) return engine.status();
    cores[ShardIndex(name, shards)]->Adopt(name, *std::move(engine), now);
  }
  return cores;
}

}  // namespace

absl::StatusOr<absl::Time> LastRecordedTime(const storage::Store& store) {
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) return names.status();
  absl::Time last = absl::UnixEpoch();
  for (const std::string& name : *names) {
    const absl::Status status =
        VisitRecords(store, name, wire::RowKind::kMeta, [&last](const engine::Record& record) {
          last = std::max(last, std::get<engine::MetaRecord>(record).now);
        });
    if (!status.ok()) return status;
  }
  return last;
}

absl::StatusOr<std::unique_ptr<engine::Engine>> RebuildEngine(const storage::Store& store,
                                                              absl::string_view namespace_name,
                                                              absl::string_view epoch,
                                                              const engine::Limits& limits) {
  auto engine = std::make_unique<engine::Engine>(epoch, limits);
  for (const wire::RowKind kind : wire::kAllRowKinds) {
    const absl::Status status =
        VisitRecords(store, namespace_name, kind,
                     [&engine](const engine::Record& record) { engine->Load(record); });
    if (!status.ok()) return status;
  }
  if (absl::Status status = ReplayHistory(store, namespace_name, *engine); !status.ok()) {
    return status;
  }
  engine->FinishLoad();
  return engine;
}

// Rows are stored by namespace, so a later version may take another hash; this one returns the same
// in every process, so that a run can be repeated.
size_t ShardIndex(absl::string_view namespace_name, size_t shards) {
  return StableHash(namespace_name) % shards;
}

ShardSet::ShardSet(const ShardSetOptions& options, const Clock& clock, absl::Time last_recorded)
    : time_(clock, last_recorded), quota_(options.max_namespaces) {}

absl::StatusOr<std::unique_ptr<ShardSet>> ShardSet::Restore(const ShardSetOptions& options,
                                                            const storage::Store& store,
                                                            Clock& clock, ShardObserver& observer,
                                                            const HandOver& hand_over) {
  Check(options.shards > 0, "somebody applies commands");
  const absl::StatusOr<absl::Time> last_recorded = LastRecordedTime(store);
  if (!last_recorded.ok()) return last_recorded.status();
  auto set = std::unique_ptr<ShardSet>(new ShardSet(options, clock, *last_recorded));
  absl::StatusOr<std::vector<std::unique_ptr<ShardCore>>> cores =
      RebuildCores({.epoch = options.epoch,
                    .default_rules = options.default_rules,
                    .limits = options.limits,
                    .on_dropped = options.on_dropped},
                   options.shards, store, set->quota_, observer, set->time_.Now());
  if (!cores.ok()) return cores.status();
  for (std::unique_ptr<ShardCore>& core : *cores) {
    set->loops_.push_back(std::make_unique<ShardLoop>(std::move(core), set->time_, options.mailbox,
                                                      clock, observer, hand_over));
  }
  return set;
}

void ShardSet::InvalidateEverything() {
  for (const std::unique_ptr<ShardLoop>& loop : loops_) loop->InvalidateEverything();
}

absl::Status ShardSet::Submit(std::unique_ptr<Submission> submission) {
  ShardLoop& loop = LoopOf(submission->namespace_name);
  absl::Status status = loop.Submit(std::move(submission));
  if (!status.ok()) ++refused_;
  return status;
}

void ShardSet::Close() {
  for (const std::unique_ptr<ShardLoop>& loop : loops_) loop->Close();
}

}  // namespace cache_invalidation::shard
