// SPDX-License-Identifier: Apache-2.0

#include "server/storage/testing/rocksdb_test_device.h"

#include <utility>

#include "rocksdb/system_clock.h"
#include "server/storage/rocksdb_store.h"

namespace cache_invalidation::storage {
namespace {

// RocksDB lets a second pass after a failure in its background, for devices that recover.
class ImpatientClock final : public rocksdb::SystemClockWrapper {
 public:
  using SystemClockWrapper::SystemClockWrapper;
  const char* Name() const override { return "ImpatientClock"; }
  void SleepForMicroseconds(int) override {}
};

class TestEnv final : public rocksdb::EnvWrapper {
 public:
  explicit TestEnv(const std::shared_ptr<BreakableFileSystem>& files)
      : EnvWrapper(rocksdb::NewCompositeEnv(files)) {
    file_system_ = files;
    system_clock_ = std::make_shared<ImpatientClock>(rocksdb::SystemClock::Default());
  }
};

}  // namespace

RocksdbTestDevice::RocksdbTestDevice(size_t memory_bytes)
    : files_(std::make_shared<BreakableFileSystem>()),
      env_(std::make_unique<TestEnv>(files_)),
      options_({.directory = directory_.path(), .memory_bytes = memory_bytes, .env = env_.get()}) {}

absl::StatusOr<std::unique_ptr<Store>> RocksdbTestDevice::Open() {
  return RocksdbStore::Open(options_);
}

void RocksdbTestDevice::Kill(std::unique_ptr<Store> store) {
  files_->Set(BreakableFileSystem::Fault::kDead);
  store.reset();
  files_->Set(BreakableFileSystem::Fault::kNone);
}

void RocksdbTestDevice::LosePower(std::unique_ptr<Store> store, std::mt19937& random) {
  files_->Set(BreakableFileSystem::Fault::kDead);
  store.reset();
  files_->LosePower(random);
  files_->Set(BreakableFileSystem::Fault::kNone);
}

}  // namespace cache_invalidation::storage
