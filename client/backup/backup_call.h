// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_BACKUP_BACKUP_CALL_H_
#define CACHE_INVALIDATION_CLIENT_BACKUP_BACKUP_CALL_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client_options.h"

namespace cache_invalidation::client {

// See BackupChunk and BackupSummary of the contract.
struct BackupChunk {
  std::string path = {};
  uint64_t offset = 0;
  std::string data = {};
  bool last = false;
  uint32_t crc32c = 0;
};

struct BackupSummary {
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint32_t crc32c = 0;
  std::string epoch = {};
  std::string server_version = {};
  absl::Time time = {};
};

// Calls BackupService.StreamBackup of the service at `endpoint` and passes on every chunk as it
// arrives: nothing is checked. The deadline of the options does not apply, and nothing is retried.
// The first error of `on_chunk` ends the call and is returned; DATA_LOSS: the stream ended without
// a summary; otherwise the errors of the call.
absl::StatusOr<BackupSummary> ReceiveBackup(
    const std::string& endpoint, const ClientOptions& options,
    absl::FunctionRef<absl::Status(const BackupChunk&)> on_chunk);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_BACKUP_BACKUP_CALL_H_
