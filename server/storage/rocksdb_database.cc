#include "server/storage/rocksdb_database.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/env.h"
#include "server/storage/directory.h"
#include "server/storage/rocksdb_status.h"
#include "server/storage/rocksdb_tuning.h"

namespace cache_invalidation::storage {
namespace {

using rocksdb::ColumnFamilyDescriptor;

constexpr char kRowsFamily[] = "rows";
constexpr char kChunksFamily[] = "chunks";

// In the order of RocksdbDatabase::Family; then those that stand in the database and are not ours,
// as RocksDB opens all of them or none. Who has written them is said by the schema version.
std::vector<ColumnFamilyDescriptor> FamiliesOf(const std::string& path,
                                               const RocksdbTuning& tuning) {
  std::vector<ColumnFamilyDescriptor> families = {{rocksdb::kDefaultColumnFamilyName, tuning.meta},
                                                  {kRowsFamily, tuning.rows},
                                                  {kChunksFamily, tuning.chunks}};
  std::vector<std::string> present;
  // Fails where there is no database yet; whatever else is wrong, opening will find.
  (void)rocksdb::DB::ListColumnFamilies(tuning.database, path, &present);
  for (const std::string& name : present) {
    bool known = false;
    for (const ColumnFamilyDescriptor& family : families) known |= family.name == name;
    if (!known) families.emplace_back(name, tuning.rows);
  }
  return families;
}

}  // namespace

rocksdb::ReadOptions ScanOptions() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

absl::StatusOr<std::unique_ptr<RocksdbDatabase>> RocksdbDatabase::Open(
    const RocksdbOptions& options) {
  // A directory of its own within: room for others beside it.
  const std::string path = options.directory + "/rocksdb";
  for (const std::string& directory : {options.directory, path}) {
    if (absl::Status status = MakeDirectory(directory); !status.ok()) return status;
  }
  UnsyncedMark mark(options.env == nullptr ? *rocksdb::Env::Default() : *options.env,
                    options.directory);
  const absl::StatusOr<bool> unsynced = mark.IsSet();
  if (!unsynced.ok()) return unsynced.status();
  RocksdbOptions adapted = options;
  adapted.accept_cut_log |= *unsynced;
  const RocksdbTuning tuning = MakeRocksdbTuning(adapted);
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  const rocksdb::Status status =
      rocksdb::DB::Open(tuning.database, path, FamiliesOf(path, tuning), &families, &db);
  if (!status.ok()) {
    return FromRocksdb(status, absl::StrCat("cannot open the store in ", options.directory));
  }
  auto database = std::unique_ptr<RocksdbDatabase>(new RocksdbDatabase(
      options.directory, mark, std::unique_ptr<rocksdb::DB>(db), std::move(families)));
  // What the log held stands in synced files now.
  if (*unsynced) {
    if (absl::Status cleared = mark.Clear(); !cleared.ok()) return cleared;
  }
  return database;
}

RocksdbDatabase::RocksdbDatabase(std::string directory, UnsyncedMark mark,
                                 std::unique_ptr<rocksdb::DB> db,
                                 std::vector<rocksdb::ColumnFamilyHandle*> families)
    : directory_(std::move(directory)),
      mark_(std::move(mark)),
      db_(std::move(db)),
      families_(std::move(families)) {}

RocksdbDatabase::~RocksdbDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    (void)db_->DestroyColumnFamilyHandle(family);
  }
  (void)db_->Close();
}

absl::StatusOr<bool> RocksdbDatabase::IsEmpty() const {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    const auto iterator = NewIterator(ScanOptions(), family);
    iterator->SeekToFirst();
    if (iterator->Valid()) return false;
    if (absl::Status status = StatusOf(*iterator); !status.ok()) return status;
  }
  return true;
}

absl::Status RocksdbDatabase::Write(rocksdb::WriteBatch& changes, bool sync) {
  if (!sync && !marked_) {
    if (absl::Status status = mark_.Set(); !status.ok()) return status;
    marked_ = true;
  }
  rocksdb::WriteOptions options;
  options.sync = sync;
  return FromRocksdb(db_->Write(options, &changes),
                     absl::StrCat("cannot write to the store in ", directory_));
}

absl::StatusOr<std::optional<std::string>> RocksdbDatabase::ReadMeta(
    const rocksdb::ReadOptions& options, absl::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(options, meta(), ToSlice(key), &value);
  if (status.ok()) return value;
  if (status.IsNotFound()) return std::nullopt;
  return FromRocksdb(status, absl::StrCat("cannot read from the store in ", directory_));
}

absl::StatusOr<History> RocksdbDatabase::ReadHistory(const rocksdb::ReadOptions& options,
                                                     absl::string_view namespace_name) const {
  const absl::StatusOr<std::optional<std::string>> value =
      ReadMeta(options, HistoryKey(namespace_name));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return History{};
  return DecodeHistory(namespace_name, **value);
}

std::unique_ptr<rocksdb::Iterator> RocksdbDatabase::NewIterator(
    const rocksdb::ReadOptions& options, rocksdb::ColumnFamilyHandle* family) const {
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, family));
}

absl::Status RocksdbDatabase::StatusOf(const rocksdb::Iterator& iterator) const {
  return FromRocksdb(iterator.status(), absl::StrCat("cannot read from the store in ", directory_));
}

RocksdbDatabase::Snapshot::Snapshot(const RocksdbDatabase& database)
    : db_(*database.db_), options_(ScanOptions()) {
  options_.snapshot = db_.GetSnapshot();
}

RocksdbDatabase::Snapshot::~Snapshot() { db_.ReleaseSnapshot(options_.snapshot); }

}  // namespace cache_invalidation::storage
