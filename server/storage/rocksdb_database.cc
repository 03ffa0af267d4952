// SPDX-License-Identifier: Apache-2.0

#include "server/storage/rocksdb_database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files.h"
#include "rocksdb/listener.h"
#include "rocksdb/utilities/checkpoint.h"
#include "server/storage/store_lock.h"

namespace cache_invalidation::storage {
namespace {

// Keys and tags reveal facts about users.
constexpr mode_t kMode = 0750;

absl::Status CannotMake(const std::string& path, int error) {
  return absl::UnavailableError(
      absl::StrCat("cannot make the directory ", path, ": ", std::strerror(error)));
}

// Creates the directory, accessible only to its owner and group, unless something of that name
// exists. The directory survives a power failure. Fails with UNAVAILABLE if it cannot be created or
// its parent does not exist.
absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), kMode) != 0) {
    return errno == EEXIST ? absl::OkStatus() : CannotMake(path, errno);
  }
  // The directory is an entry of its parent, which has to reach the device as well.
  const int parent = open(ParentOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return CannotMake(path, errno);
  const int error = fsync(parent) == 0 ? 0 : errno;
  close(parent);
  return error == 0 ? absl::OkStatus() : CannotMake(path, error);
}

using rocksdb::ColumnFamilyDescriptor;

constexpr char kRowsFamily[] = "rows";
constexpr char kChunksFamily[] = "chunks";

constexpr char kNotesEndKey[] = "e";

// The values of kEndMissingName: the missing end had been synced, had not been, or more than an end
// is missing.
constexpr char kSynced[] = "synced";
constexpr char kUnsynced[] = "unsynced";
constexpr char kTorn[] = "torn";

// The value of kCopiedName.
constexpr char kCopied[] = "1";

// Our families in the order of RocksdbDatabase::Family, then those in the database that are not
// ours, because RocksDB opens all of them or none. The schema version says which program wrote
// them.
std::vector<ColumnFamilyDescriptor> FamiliesOf(const std::string& path,
                                               const rocksdb::Options& tuning) {
  std::vector<ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, tuning}, {kRowsFamily, tuning}, {kChunksFamily, tuning}};
  std::vector<std::string> present;
  // Fails if there is no database yet. Any other error is found again by opening.
  (void)rocksdb::DB::ListColumnFamilies(tuning, path, &present);
  for (const std::string& name : present) {
    bool known = false;
    for (const ColumnFamilyDescriptor& family : families) known |= family.name == name;
    if (!known) families.emplace_back(name, tuning);
  }
  return families;
}

// Whether the database has our families, which a read-only one cannot be given. True if that cannot
// be found out: then opening fails, and says why.
bool HasOurFamilies(const std::string& path, const rocksdb::Options& tuning) {
  std::vector<std::string> present;
  if (!rocksdb::DB::ListColumnFamilies(tuning, path, &present).ok()) return true;
  int ours = 0;
  for (const std::string& name : present) ours += name == kRowsFamily || name == kChunksFamily;
  return ours == 2;
}

// An open database of RocksDB with its families.
struct OpenDatabase {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
};

// `is_ours`: a store of this program was there.
absl::StatusOr<OpenDatabase> OpenIn(const RocksdbOptions& options, const rocksdb::Options& tuning,
                                    const LogCheck& check, bool is_ours) {
  const std::string path = options.directory + "/rocksdb";
  if (options.read_only && !HasOurFamilies(path, tuning)) {
    return is_ours ? absl::DataLossError(absl::StrCat("the store in ", options.directory,
                                                      " lacks all rows and history"))
                   : absl::FailedPreconditionError(absl::StrCat("what is in ", options.directory,
                                                                " is no store of this program"));
  }
  OpenDatabase opened;
  rocksdb::DB* db = nullptr;
  const std::vector<ColumnFamilyDescriptor> families = FamiliesOf(path, tuning);
  const rocksdb::Status status =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(tuning, path, families, &opened.families, &db)
          : rocksdb::DB::Open(tuning, path, families, &opened.families, &db);
  if (status.ok()) {
    opened.db.reset(db);
    return opened;
  }
  const absl::Status error =
      FromRocksdb(status, absl::StrCat("cannot open the store in ", options.directory,
                                       check.has_hole() ? ", its log has a hole" : ""));
  // The directory exists, so a file of the store is missing.
  const bool lacks_file = status.IsPathNotFound() || status.IsNotFound() ||
                          (status.IsInvalidArgument() && !tuning.create_if_missing);
  return lacks_file ? absl::DataLossError(error.message()) : error;
}

// Deletes a copy that was made, or the rest of one. Errors are left to whoever needs the place.
void DeleteCopy(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::remove_all(directory + "/" + kCopyDirectory, ignored);
}

// Has the manifest noted when a flush has changed it: then RocksDB deletes the log of what was
// flushed.
class FlushListener final : public rocksdb::EventListener {
 public:
  explicit FlushListener(LogEnd& log_end) : log_end_(log_end) {}

  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
    log_end_.NoteManifest();
  }

 private:
  LogEnd& log_end_;
};

// Collects the families that a batch changes.
class ChangedFamilies final : public rocksdb::WriteBatch::Handler {
 public:
  uint32_t bits() const { return bits_; }

  rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice&, const rocksdb::Slice&) override {
    return Note(family);
  }
  rocksdb::Status DeleteCF(uint32_t family, const rocksdb::Slice&) override { return Note(family); }
  rocksdb::Status DeleteRangeCF(uint32_t family, const rocksdb::Slice&,
                                const rocksdb::Slice&) override {
    return Note(family);
  }

 private:
  rocksdb::Status Note(uint32_t family) {
    bits_ |= NotedLog::FamilyBit(family);
    return rocksdb::Status::OK();
  }

  uint32_t bits_ = 0;
};

// The error for a store whose log has lost something.
absl::Status EndIsMissing(const std::string& directory, absl::string_view state,
                          const absl::StatusOr<std::optional<NotedLog>>& noted) {
  if (state == kTorn) {
    return absl::DataLossError(absl::StrCat("part of the log of the store in ", directory,
                                            " is missing, but later changes exist"));
  }
  if (!noted.ok()) return noted.status();
  if (!noted->has_value()) {
    return absl::DataLossError(absl::StrCat("the file ", directory,
                                            "/log_end, which says where the log ends, is missing"));
  }
  return absl::DataLossError(absl::StrCat("the end of the log of the store in ", directory,
                                          " is missing, though all of it was synced"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksdbDatabase>> RocksdbDatabase::Open(
    const RocksdbOptions& options) {
  if (options.read_only) {
    absl::Status free = CheckNotOpenElsewhere(options.directory);
    if (!free.ok()) return free;
  } else {
    // The database has its own subdirectory, to leave room for other files beside it.
    for (const std::string& directory : {options.directory, options.directory + "/rocksdb"}) {
      if (absl::Status status = MakeDirectory(directory); !status.ok()) return status;
    }
  }
  rocksdb::Env& env = options.env == nullptr ? *rocksdb::Env::Default() : *options.env;
  MarkFile mark(env, options.directory, kUnsyncedMark);
  const absl::StatusOr<bool> unsynced = mark.IsSet();
  if (!unsynced.ok()) return unsynced.status();
  RocksdbOptions adapted = options;
  adapted.accept_cut_log |= *unsynced;
  rocksdb::Options tuning = TunedOptions(adapted);
  auto log_end = std::make_unique<LogEnd>(env, options.directory);
  const absl::StatusOr<std::optional<NotedLog>> noted = log_end->Read();
  if (!noted.ok() && !absl::IsDataLoss(noted.status())) return noted.status();
  if (noted.ok() && noted->has_value()) {
    if (absl::Status status = log_end->CheckManifest(**noted); !status.ok()) return status;
  }
  tuning.listeners.push_back(std::make_shared<FlushListener>(*log_end));
  auto check = std::make_unique<LogCheck>(noted.ok() ? noted->value_or(NotedLog()) : NotedLog());
  tuning.wal_filter = check.get();
  // If anything was noted, there was a database: creating a new one would hide the loss of all of
  // it.
  const bool was_noted = !noted.ok() || noted->has_value();
  tuning.create_if_missing = !was_noted && !options.read_only;
  absl::StatusOr<OpenDatabase> opened = OpenIn(options, tuning, *check, was_noted);
  if (!opened.ok()) return opened.status();
  auto database = std::unique_ptr<RocksdbDatabase>(
      new RocksdbDatabase(env, options.directory, mark, std::move(log_end), std::move(check),
                          std::move(opened->db), std::move(opened->families)));
  absl::Status status = database->CheckEnd(noted, *unsynced, options);
  if (!status.ok()) return status;
  if (options.read_only) return database;
  // What was in the log is in synced files now.
  if (*unsynced) status = mark.Clear();
  if (status.ok()) status = database->NoteCopied();
  if (!status.ok()) return status;
  DeleteCopy(options.directory);
  return database;
}

RocksdbDatabase::RocksdbDatabase(rocksdb::Env& env, std::string directory, MarkFile mark,
                                 std::unique_ptr<LogEnd> log_end, std::unique_ptr<LogCheck> check,
                                 std::unique_ptr<rocksdb::DB> db,
                                 std::vector<rocksdb::ColumnFamilyHandle*> families)
    : env_(env),
      directory_(std::move(directory)),
      mark_(std::move(mark)),
      log_end_(std::move(log_end)),
      check_(std::move(check)),
      db_(std::move(db)),
      families_(std::move(families)) {}

RocksdbDatabase::~RocksdbDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    (void)db_->DestroyColumnFamilyHandle(family);
  }
  (void)db_->Close();
}

// The log that was read has been deleted by now, and the next start would not notice anything
// missing. So the finding is stored.
absl::Status RocksdbDatabase::CheckEnd(const absl::StatusOr<std::optional<NotedLog>>& noted,
                                       bool unsynced, const RocksdbOptions& options) {
  const absl::StatusOr<std::optional<std::string>> notes_end =
      ReadMeta(rocksdb::ReadOptions(), kNotesEndKey);
  if (!notes_end.ok()) return notes_end.status();
  absl::StatusOr<std::optional<std::string>> found =
      ReadMeta(rocksdb::ReadOptions(), ServerValueKey(kEndMissingName));
  if (!found.ok()) return found.status();
  const bool is_noted = noted.ok() && noted->has_value();
  const bool missing =
      is_noted ? check_->end_is_missing() || db_->GetLatestSequenceNumber() < (*noted)->last()
               : !noted.ok() || notes_end->has_value();
  std::string state = found->value_or("");
  if (state.empty() && missing) {
    state = check_->is_torn() ? kTorn : unsynced ? kUnsynced : kSynced;
    rocksdb::WriteBatch changes;
    (void)changes.Put(meta(), ServerValueKey(kEndMissingName), state);
    absl::Status status = options.read_only ? absl::OkStatus() : Write(changes, /*sync=*/true);
    if (!status.ok()) return status;
  }
  lacks_end_ = !state.empty();
  const bool refused = state == kTorn || (state == kSynced && !options.accept_cut_log);
  return refused ? EndIsMissing(directory_, state, noted) : absl::OkStatus();
}

// The value can be taken back together with the record of another history; the file could not.
absl::Status RocksdbDatabase::NoteCopied() {
  MarkFile mark(env_, directory_, kCopiedMark);
  const absl::StatusOr<bool> copied = mark.IsSet();
  if (!copied.ok() || !*copied) return copied.status();
  rocksdb::WriteBatch changes;
  (void)changes.Put(meta(), ServerValueKey(kCopiedName), kCopied);
  if (absl::Status status = Write(changes, /*sync=*/true); !status.ok()) return status;
  return mark.Clear();
}

// The memory is not flushed, because flushes compete with writes: the copy has the log instead.
absl::StatusOr<std::string> RocksdbDatabase::Copy() const {
  constexpr uint64_t kNeverFlush = std::numeric_limits<uint64_t>::max();
  DeleteCopy(directory_);
  std::string copy = absl::StrCat(directory_, "/", kCopyDirectory);
  if (absl::Status status = MakeDirectory(copy); !status.ok()) return status;
  rocksdb::Checkpoint* created = nullptr;
  rocksdb::Status made = rocksdb::Checkpoint::Create(db_.get(), &created);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(created);
  uint64_t sequence = 0;
  if (made.ok()) made = checkpoint->CreateCheckpoint(copy + "/rocksdb", kNeverFlush, &sequence);
  absl::Status status = FromRocksdb(made, absl::StrCat("cannot copy the store in ", directory_));
  if (status.ok()) status = LogEnd(env_, copy).Begin(sequence);
  if (status.ok()) status = MarkFile(env_, copy, kCopiedMark).Set();
  if (status.ok()) return copy;
  DeleteCopy(directory_);
  return status;
}

absl::Status RocksdbDatabase::BeginToNoteEnd() {
  if (absl::Status status = log_end_->Begin(db_->GetLatestSequenceNumber()); !status.ok()) {
    return status;
  }
  notes_end_ = true;
  const absl::StatusOr<std::optional<std::string>> known =
      ReadMeta(rocksdb::ReadOptions(), kNotesEndKey);
  if (!known.ok() || known->has_value()) return known.status();
  rocksdb::WriteBatch changes;
  (void)changes.Put(meta(), kNotesEndKey, "");
  return Write(changes, /*sync=*/true);
}

absl::StatusOr<bool> RocksdbDatabase::IsEmpty() const {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    const auto iterator = NewIterator(ScanOptions(), family);
    iterator->SeekToFirst();
    while (iterator->Valid() && (iterator->key() == ServerValueKey(kEndMissingName) ||
                                 iterator->key() == ServerValueKey(kCopiedName))) {
      iterator->Next();
    }
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
  absl::Status status = FromRocksdb(db_->Write(options, &changes),
                                    absl::StrCat("cannot write to the store in ", directory_));
  return status.ok() && notes_end_ && changes.Count() > 0 ? NoteEnd(changes) : status;
}

// Nothing else writes, so the log ends with these changes.
absl::Status RocksdbDatabase::NoteEnd(const rocksdb::WriteBatch& changes) {
  std::unique_ptr<rocksdb::LogFile> file;
  ChangedFamilies families;
  rocksdb::Status status = db_->GetCurrentWalFile(&file);
  if (status.ok()) status = changes.Iterate(&families);
  if (!status.ok()) {
    return FromRocksdb(status, absl::StrCat("cannot note the end of the log in ", directory_));
  }
  uint64_t oldest = 0;
  if (std::exchange(newest_log_file_, file->LogNumber()) != file->LogNumber() &&
      db_->GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep, &oldest)) {
    log_end_->Forget(oldest);
  }
  return log_end_->Note(file->LogNumber(), db_->GetLatestSequenceNumber(), families.bits());
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
