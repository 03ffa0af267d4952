#include "server/storage/rocksdb_log.h"

#include <cstdio>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::storage {
namespace {

// Longer messages are truncated.
constexpr size_t kMaxMessageBytes = 1024;

}  // namespace

void RocksdbLog::Logv(const char* format, va_list arguments) {
  char message[kMaxMessageBytes];
  (void)std::vsnprintf(message, sizeof(message), format, arguments);
  // A single write, so that lines of several threads do not mix.
  std::cerr << absl::StrCat("RocksDB: ", message, "\n") << std::flush;
}

}  // namespace cache_invalidation::storage
