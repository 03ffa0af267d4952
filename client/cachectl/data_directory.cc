// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/data_directory.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/storage/log_end.h"
#include "server/storage/rocksdb_store.h"
#include "server/storage/store_lock.h"

namespace cache_invalidation::cachectl {
namespace {

namespace fs = std::filesystem;
using wire::RowKind;

// OK if there may be a store.
absl::Status CheckThatItHoldsAStore(const std::string& directory) {
  std::error_code error;
  const bool is_directory = fs::is_directory(directory, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    return absl::UnavailableError(absl::StrCat("cannot read ", directory, ": ", error.message()));
  }
  if (!is_directory) return absl::NotFoundError(absl::StrCat("there is no directory ", directory));
  const bool has_log_end = fs::exists(directory + "/log_end", error);
  if (has_log_end || fs::exists(directory + "/rocksdb/CURRENT", error)) return absl::OkStatus();
  if (fs::is_empty(directory, error) || fs::exists(directory + "/rocksdb", error)) {
    return absl::NotFoundError(absl::StrCat("there is no store in ", directory));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("what is in ", directory, " is no store of a server"));
}

absl::StatusOr<uint64_t> CountRows(const storage::Store& store, const std::string& name,
                                   RowKind kind) {
  uint64_t rows = 0;
  absl::Status status = store.ScanRows(name, kind, [&rows](absl::string_view, absl::string_view) {
    ++rows;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return rows;
}

absl::Status ReadHistory(const storage::Store& store, DataDirectory::Namespace& into) {
  const absl::StatusOr<storage::RetainedRevisions> retained = store.Retained(into.name);
  if (!retained.ok()) return retained.status();
  into.floor = retained->floor;
  into.head = retained->head;
  storage::PartPosition next = {retained->floor + 1, 0};
  while (true) {
    const auto chunks = store.ReadChunks(into.name, next, storage::kRecoveryReadBytes);
    if (!chunks.ok()) return chunks.status();
    if (chunks->empty()) return absl::OkStatus();
    next = storage::PositionAfter(chunks->back()->parts.back());
  }
}

absl::StatusOr<DataDirectory::Namespace> ReadNamespace(const storage::Store& store,
                                                       std::string name) {
  DataDirectory::Namespace read = {.name = std::move(name)};
  const std::pair<RowKind, uint64_t*> counts[] = {{RowKind::kEntry, &read.entries},
                                                  {RowKind::kRule, &read.rules},
                                                  {RowKind::kRelationship, &read.relationships},
                                                  {RowKind::kDependency, &read.dependencies}};
  for (const auto& [kind, count] : counts) {
    const absl::StatusOr<uint64_t> rows = CountRows(store, read.name, kind);
    if (!rows.ok()) return rows.status();
    *count = *rows;
  }
  if (absl::Status status = ReadHistory(store, read); !status.ok()) return status;
  return read;
}

absl::Status ReadStore(const storage::RocksdbStore& store, DataDirectory& into) {
  into.schema_version = storage::RocksdbStore::schema_version();
  into.lacks_end = store.lacks_end();
  const absl::StatusOr<std::optional<std::string>> run = store.ReadServerValue(kRunRecordName);
  if (!run.ok()) return run.status();
  if (run->has_value()) into.last_run = DecodeRunRecord(**run);
  const absl::StatusOr<std::optional<std::string>> copied =
      store.ReadServerValue(storage::kCopiedName);
  if (!copied.ok()) return copied.status();
  into.copied |= !copied->value_or("").empty();
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    absl::StatusOr<DataDirectory::Namespace> read = ReadNamespace(store, name);
    if (!read.ok()) return read.status();
    into.namespaces.push_back(*std::move(read));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DataDirectory> ReadDataDirectory(const std::string& directory) {
  if (absl::Status status = CheckThatItHoldsAStore(directory); !status.ok()) return status;
  DataDirectory read;
  std::error_code ignored;
  read.unsynced = fs::exists(absl::StrCat(directory, "/", storage::kUnsyncedMark), ignored);
  read.copied = fs::exists(absl::StrCat(directory, "/", storage::kCopiedMark), ignored);
  storage::RocksdbOptions options = {.directory = directory, .read_only = true};
  auto store = storage::RocksdbStore::Open(options);
  if (absl::IsDataLoss(store.status())) {
    read.damage = std::string(store.status().message());
    options.accept_cut_log = true;
    store = storage::RocksdbStore::Open(options);
  }
  absl::Status status = store.ok() ? ReadStore(**store, read) : store.status();
  if (absl::IsDataLoss(status)) {
    if (read.damage.empty()) read.damage = std::string(status.message());
    status = absl::OkStatus();
  }
  if (status.ok()) status = storage::CheckNotOpenElsewhere(directory);
  if (!status.ok()) return status;
  return read;
}

}  // namespace cache_invalidation::cachectl
