// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_DATA_DIRECTORY_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_DATA_DIRECTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/run_record.h"

namespace cache_invalidation::cachectl {

// What a server left in its data directory. A value type.
struct DataDirectory {
  struct Namespace {
    std::string name = {};
    uint64_t entries = 0;  // evicted and expired ones count until they are swept
    uint64_t rules = 0;
    uint64_t relationships = 0;
    uint64_t dependencies = 0;  // declared edges
    // The history: the revisions floor + 1 .. head.
    uint64_t floor = 0;
    uint64_t head = 0;
  };

  // Why a server does not start on it; empty: it does. The rest is what a start with --new_epoch
  // finds, if it finds anything.
  std::string damage = {};
  uint32_t schema_version = 0;
  std::optional<RunRecord> last_run = {};  // absent: no server ran on it
  // What is noted for the next start.
  bool unsynced = false;                   // the log has writes that were not synced
  bool lacks_end = false;                  // the end of the log is missing: a new epoch begins
  bool copied = false;                     // it is a copy: a new epoch begins
  std::vector<Namespace> namespaces = {};  // in bytewise order
};

// Reads the directory with the code of a start, rows and history to the end, and changes nothing in
// it.
//
// Fails with NOT_FOUND if there is no such directory or no store in it; with FAILED_PRECONDITION if
// what is in it is something else, or was written by another version; with UNAVAILABLE if a server
// has it open, before or when the reading ends, or if it cannot be read.
absl::StatusOr<DataDirectory> ReadDataDirectory(const std::string& directory);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_DATA_DIRECTORY_H_
