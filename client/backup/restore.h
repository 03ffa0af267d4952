// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_BACKUP_RESTORE_H_
#define CACHE_INVALIDATION_CLIENT_BACKUP_RESTORE_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/backup/manifest.h"

namespace cache_invalidation::client {

// Copies a backup to `data_dir`, which is created if it does not exist, for a server to be started
// on. The first server on it begins a new epoch by itself: the backup is marked as a copy. What was
// copied survives a power failure when Restore returns.
//
// Fails with NOT_FOUND if there is no backup; INVALID_ARGUMENT if its manifest is wrong (see
// ParseManifest); DATA_LOSS if a file is missing, has another size or another checksum;
// ALREADY_EXISTS if there is anything in `data_dir` (but `lost+found`, as on a new volume);
// otherwise with the errors of the file system. Then nothing of it is left in `data_dir`. If the
// process is killed meanwhile, what is in `data_dir` is refused by a server.
absl::StatusOr<Manifest> Restore(const std::string& backup, const std::string& data_dir);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_BACKUP_RESTORE_H_
