#include "server/storage/rocksdb_log.h"

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/standard_error.h"

namespace cache_invalidation::storage {
namespace {

// Longer messages are truncated.
constexpr size_t kMaxMessageBytes = 1024;

}  // namespace

void RocksdbLog::Logv(const char* format, va_list arguments) {
  char message[kMaxMessageBytes];
  (void)std::vsnprintf(message, sizeof(message), format, arguments);
  ReportLine(absl::StrCat("RocksDB: ", message));
}

}  // namespace cache_invalidation::storage
