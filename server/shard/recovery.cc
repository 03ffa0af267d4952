#include "server/shard/recovery.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
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
        if (record.ok()) {
          visit(*record);
        }
        return record.status();
      });
}

absl::Status ReplayHistory(const storage::Store& store, absl::string_view namespace_name,
                           engine::Engine& engine) {
  const absl::StatusOr<storage::RetainedRevisions> retained = store.Retained(namespace_name);
  if (!retained.ok()) {
    return retained.status();
  }
  if (retained->head != engine.head()) {
    return absl::DataLossError(absl::StrCat("namespace ", namespace_name, " stands at revision ",
                                            engine.head(), ", its history at ", retained->head));
  }
  wire::EventDecoder decoder(retained->floor + 1);
  storage::PartPosition from{retained->floor + 1, 0};
  while (from.revision <= retained->head) {
    const auto chunks = store.ReadChunks(namespace_name, from, storage::kRecoveryReadBytes);
    if (!chunks.ok()) {
      return chunks.status();
    }
    if (chunks->empty()) {
      return absl::DataLossError(
          absl::StrCat("namespace ", namespace_name, " lacks revision ", from.revision));
    }
    for (const ChunkPtr& chunk : *chunks) {
      absl::Status status =
          decoder.Decode(*chunk, [&engine](const engine::Event& event) { engine.Replay(event); });
      if (!status.ok()) {
        return status;
      }
    }
    from = storage::PositionAfter(chunks->back()->parts.back());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<absl::Time> LastRecordedTime(const storage::Store& store) {
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) {
    return names.status();
  }
  absl::Time last = absl::UnixEpoch();
  for (const std::string& name : *names) {
    const absl::Status status =
        VisitRecords(store, name, wire::RowKind::kMeta, [&last](const engine::Record& record) {
          last = std::max(last, std::get<engine::MetaRecord>(record).now);
        });
    if (!status.ok()) {
      return status;
    }
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
    if (!status.ok()) {
      return status;
    }
  }
  if (absl::Status status = ReplayHistory(store, namespace_name, *engine); !status.ok()) {
    return status;
  }
  engine->FinishLoad();
  return engine;
}

}  // namespace cache_invalidation::shard
