#include "server/storage/rocksdb_status.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::storage {
namespace {

// RocksDB has no code for this; these are its messages in the two cases.
bool IsLockedByOther(absl::string_view message) {
  return absl::StrContains(message, "/LOCK") &&
         (absl::StrContains(message, std::strerror(EAGAIN)) ||
          absl::StrContains(message, "lock hold by current process"));
}

}  // namespace

absl::Status FromRocksdb(const rocksdb::Status& status, absl::string_view attempt) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(attempt, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(message);
  if (status.IsNoSpace()) {
    return absl::UnavailableError(absl::StrCat(message, ": the device is full"));
  }
  if (IsLockedByOther(message)) {
    return absl::UnavailableError(absl::StrCat(message, ": another process has it open"));
  }
  return absl::UnavailableError(message);
}

}  // namespace cache_invalidation::storage
