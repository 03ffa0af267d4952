// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_TESTING_ROCKSDB_TEST_DEVICE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_TESTING_ROCKSDB_TEST_DEVICE_H_

#include <memory>
#include <string>

#include "rocksdb/env.h"
#include "server/storage/rocksdb_store.h"
#include "server/storage/testing/breakable_file_system.h"
#include "server/storage/testing/durable_store_conformance.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::storage {

// A temporary directory for RocksdbStores, deleted by the destructor.
class RocksdbTestDevice final : public TestDevice {
 public:
  // The default is so small that stores flush and compact files after some tens of kilobytes.
  explicit RocksdbTestDevice(size_t memory_bytes = 256 << 10);

  absl::StatusOr<std::unique_ptr<Store>> Open() override;
  void Kill(std::unique_ptr<Store> store) override;
  void LosePower(std::unique_ptr<Store> store, std::mt19937& random) override;
  void DieAfter(size_t changes) override { files_->DieAfter(changes); }
  void FillUp() override { files_->Set(BreakableFileSystem::Fault::kFull); }
  void FailWrites() override { files_->Set(BreakableFileSystem::Fault::kWritesFail); }
  void FailSyncs() override { files_->Set(BreakableFileSystem::Fault::kSyncsFail); }
  void Repair() override { files_->Set(BreakableFileSystem::Fault::kNone); }
  size_t syncs() const override { return files_->syncs(); }

  const std::string& directory() const { return directory_.path(); }
  const RocksdbOptions& options() const { return options_; }

 private:
  const TemporaryDirectory directory_;
  const std::shared_ptr<BreakableFileSystem> files_;
  const std::unique_ptr<rocksdb::Env> env_;
  RocksdbOptions options_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_TESTING_ROCKSDB_TEST_DEVICE_H_
