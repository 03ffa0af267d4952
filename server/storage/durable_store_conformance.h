#ifndef CACHE_INVALIDATION_SERVER_STORAGE_DURABLE_STORE_CONFORMANCE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_DURABLE_STORE_CONFORMANCE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <random>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// A device that keeps one store beyond the end of the process, and that tests can break.
class TestDevice {
 public:
  virtual ~TestDevice() = default;

  // The store on it: empty at first, then what the last one left.
  virtual absl::StatusOr<std::unique_ptr<Store>> Open() = 0;

  // The process ends at once; then, if so, the machine loses power as well. Closes the store.
  virtual void Kill(std::unique_ptr<Store> store) = 0;
  virtual void LosePower(std::unique_ptr<Store> store, std::mt19937& random) = 0;

  // The process ends in the middle of something, so many changes of files from now on.
  virtual void DieAfter(size_t changes) = 0;

  virtual void FillUp() = 0;
  virtual void FailWrites() = 0;
  virtual void FailSyncs() = 0;
  virtual void Repair() = 0;

  // How often something was synced.
  virtual size_t syncs() const = 0;
};

using TestDeviceFactory = std::function<std::unique_ptr<TestDevice>()>;

// What store.h promises of a store that outlives its process, as tests: they go beyond
// StoreConformanceTest.
class DurableStoreConformanceTest : public testing::TestWithParam<TestDeviceFactory> {
 protected:
  // The test fails if that fails.
  std::unique_ptr<Store> Open();
  std::unique_ptr<Store> Reopen(std::unique_ptr<Store> store);

  const std::unique_ptr<TestDevice> device_ = GetParam()();
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_DURABLE_STORE_CONFORMANCE_H_
