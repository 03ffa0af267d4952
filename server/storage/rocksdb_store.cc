// SPDX-License-Identifier: Apache-2.0

#include "server/storage/rocksdb_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "server/storage/disk_format.h"
#include "server/storage/history_writer.h"
#include "server/storage/rocksdb_database.h"
#include "server/storage/rocksdb_schema.h"

namespace cache_invalidation::storage {
namespace {

using ChunkPtr = std::shared_ptr<const wire::Chunk>;

// The header of each change in RocksDB's own format, and its key.
constexpr size_t kChangeOverheadBytes = 64;

// The approximate size of the batch, so that it is built without reallocation.
size_t SizeOf(absl::Span<const WriteBatch* const> batches) {
  size_t bytes = 0;
  for (const WriteBatch* batch : batches) {
    for (const WriteBatch::RowChange& change : batch->rows) {
      bytes += kChangeOverheadBytes + change.namespace_name.size() + change.row.identity.size() +
               change.row.value.size();
    }
    for (const ChunkPtr& chunk : batch->chunks) {
      bytes += 2 * kChangeOverheadBytes + chunk->bytes.size() + 4 * chunk->parts.size();
    }
    bytes += batch->trims.size() * 2 * kChangeOverheadBytes;
    bytes += batch->deleted_namespaces.size() * 6 * kChangeOverheadBytes;
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksdbStore>> RocksdbStore::Open(const RocksdbOptions& options) {
  absl::StatusOr<std::unique_ptr<RocksdbDatabase>> database = RocksdbDatabase::Open(options);
  if (!database.ok()) return database.status();
  absl::Status status = options.read_only ? CheckSchema(**database, SchemaMigrations())
                                          : BringToNewestSchema(**database, SchemaMigrations());
  if (status.ok() && !options.read_only) status = (*database)->BeginToNoteEnd();
  if (!status.ok()) return status;
  return std::unique_ptr<RocksdbStore>(new RocksdbStore(*std::move(database)));
}

RocksdbStore::RocksdbStore(std::unique_ptr<RocksdbDatabase> database)
    : database_(std::move(database)) {}

RocksdbStore::~RocksdbStore() = default;

absl::Status RocksdbStore::Write(absl::Span<const WriteBatch* const> batches, Sync sync) {
  if (failure_.ok()) failure_ = TryWrite(batches, sync);
  return failure_;
}

absl::Status RocksdbStore::TryWrite(absl::Span<const WriteBatch* const> batches, Sync sync) {
  rocksdb::WriteBatch changes(SizeOf(batches));
  HistoryWriter history(*database_, changes);
  for (const WriteBatch* batch : batches) {
    for (const std::string& name : batch->deleted_namespaces) {
      const std::string begin = NamespaceKey(name);
      (void)changes.DeleteRange(database_->rows(), begin, EndOfPrefix(begin));
      history.Delete(name);
    }
    for (const WriteBatch::RowChange& change : batch->rows) {
      const std::string key = RowKey(change.namespace_name, change.row.kind, change.row.identity);
      (void)(change.deleted ? changes.Delete(database_->rows(), key)
                            : changes.Put(database_->rows(), key, change.row.value));
    }
    for (const ChunkPtr& chunk : batch->chunks) {
      if (absl::Status status = history.Append(*chunk); !status.ok()) return status;
    }
    for (const WriteBatch::Trim& trim : batch->trims) {
      if (absl::Status status = history.Trim(trim.namespace_name, trim.floor); !status.ok()) {
        return status;
      }
    }
    for (const WriteBatch::ServerValue& change : batch->server_values) {
      (void)changes.Put(database_->meta(), ServerValueKey(change.name), change.value);
    }
  }
  history.Finish();
  return database_->Write(changes, sync == Sync::kYes);
}

absl::StatusOr<std::vector<std::string>> RocksdbStore::ListNamespaces() const {
  const auto iterator = database_->NewIterator(ScanOptions(), database_->rows());
  std::vector<std::string> names;
  for (iterator->SeekToFirst(); iterator->Valid();) {
    const std::optional<absl::string_view> name = NamespaceOfKey(ToView(iterator->key()));
    if (!name) {
      return absl::DataLossError(
          absl::StrCat("the store in ", database_->directory(), " has rows without a namespace"));
    }
    names.emplace_back(*name);
    iterator->Seek(EndOfPrefix(NamespaceKey(names.back())));
  }
  if (absl::Status status = database_->StatusOf(*iterator); !status.ok()) return status;
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status RocksdbStore::ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                                    RowVisitor visit) const {
  const std::string prefix = RowKindKey(namespace_name, kind);
  const std::string end = EndOfPrefix(prefix);
  const rocksdb::Slice upper_bound = end;
  rocksdb::ReadOptions options = ScanOptions();
  options.iterate_upper_bound = &upper_bound;
  const auto iterator = database_->NewIterator(options, database_->rows());
  for (iterator->Seek(prefix); iterator->Valid(); iterator->Next()) {
    absl::Status status =
        visit(ToView(iterator->key()).substr(prefix.size()), ToView(iterator->value()));
    if (!status.ok()) return status;
  }
  return database_->StatusOf(*iterator);
}

absl::StatusOr<RetainedRevisions> RocksdbStore::Retained(absl::string_view namespace_name) const {
  const absl::StatusOr<History> history =
      database_->ReadHistory(rocksdb::ReadOptions(), namespace_name);
  if (!history.ok()) return history.status();
  return history->retained;
}

absl::StatusOr<std::vector<ChunkPtr>> RocksdbStore::ReadChunks(absl::string_view namespace_name,
                                                               PartPosition from,
                                                               size_t max_bytes) const {
  // A snapshot, so that no trim comes between reading the floor and the chunks.
  const RocksdbDatabase::Snapshot snapshot(*database_);
  const absl::StatusOr<History> history =
      database_->ReadHistory(snapshot.options(), namespace_name);
  if (!history.ok()) return history.status();
  if (from.revision <= history->retained.floor) {
    return absl::OutOfRangeError(absl::StrCat("revision ", from.revision,
                                              " is no longer retained; the floor is ",
                                              history->retained.floor));
  }
  std::vector<ChunkPtr> chunks;
  if (from >= history->next) return chunks;

  const std::string oldest = ChunkKey(namespace_name, history->oldest);
  const std::string end = ChunkKey(namespace_name, history->next);
  const rocksdb::Slice lower_bound = oldest;
  const rocksdb::Slice upper_bound = end;
  rocksdb::ReadOptions options = snapshot.options();
  options.iterate_lower_bound = &lower_bound;
  options.iterate_upper_bound = &upper_bound;
  const auto iterator = database_->NewIterator(options, database_->chunks());
  iterator->SeekForPrev(ChunkKey(namespace_name, from));
  PartPosition next = from;
  for (size_t bytes = 0; iterator->Valid(); iterator->Next()) {
    const std::optional<PartPosition> first = PositionOfChunkKey(ToView(iterator->key()));
    if (!first || *first > next) break;
    absl::StatusOr<ChunkPtr> chunk = DecodeChunk(namespace_name, *first, ToView(iterator->value()));
    if (!chunk.ok()) return chunk.status();
    next = PositionAfter((*chunk)->parts.back());
    if (next <= from) break;
    bytes += (*chunk)->bytes.size();
    if (!chunks.empty() && bytes > max_bytes) return chunks;
    chunks.push_back(*std::move(chunk));
  }
  if (absl::Status status = database_->StatusOf(*iterator); !status.ok()) return status;
  // A hole must not be mistaken for the end.
  if (next != history->next) {
    return absl::DataLossError(absl::StrCat("the store in ", database_->directory(),
                                            " lacks revision ", next.revision, " of namespace ",
                                            namespace_name));
  }
  return chunks;
}

absl::StatusOr<std::optional<std::string>> RocksdbStore::ReadServerValue(
    absl::string_view name) const {
  return database_->ReadMeta(rocksdb::ReadOptions(), ServerValueKey(name));
}

absl::StatusOr<std::string> RocksdbStore::Copy() const { return database_->Copy(); }

bool RocksdbStore::lacks_end() const { return database_->lacks_end(); }

uint32_t RocksdbStore::schema_version() { return NewestSchemaVersion(SchemaMigrations()); }

}  // namespace cache_invalidation::storage
