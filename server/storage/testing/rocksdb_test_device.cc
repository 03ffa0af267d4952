#include "server/storage/testing/rocksdb_test_device.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/check.h"
#include "rocksdb/system_clock.h"
#include "server/storage/rocksdb_store.h"

namespace cache_invalidation::storage {
namespace {

std::string NewDirectory() {
  // One spelling only: RocksDB deletes files under a tidied one.
  std::string path = absl::StrCat(absl::StripSuffix(testing::TempDir(), "/"), "/store.XXXXXX");
  Check(mkdtemp(path.data()) != nullptr, "a test can make a directory");
  return path;
}

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
      options_({.directory = NewDirectory(), .memory_bytes = memory_bytes, .env = env_.get()}) {}

RocksdbTestDevice::~RocksdbTestDevice() {
  std::error_code ignored;
  std::filesystem::remove_all(options_.directory, ignored);
}

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
