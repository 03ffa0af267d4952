// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_TESTING_DURABLE_STORE_CONFORMANCE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_TESTING_DURABLE_STORE_CONFORMANCE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <random>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// A device whose store survives the end of the process, with faults that tests can inject.
class TestDevice {
 public:
  virtual ~TestDevice() = default;

  // Opens the store: empty at first, afterwards with what the previous one left.
  virtual absl::StatusOr<std::unique_ptr<Store>> Open() = 0;

  // Kill ends the process at once; LosePower cuts the power of the machine as well. Both close the
  // store.
  virtual void Kill(std::unique_ptr<Store> store) = 0;
  virtual void LosePower(std::unique_ptr<Store> store, std::mt19937& random) = 0;

  // Ends the process in the middle of an operation, after this number of further file changes.
  virtual void DieAfter(size_t changes) = 0;

  virtual void FillUp() = 0;
  virtual void FailWrites() = 0;
  virtual void FailSyncs() = 0;
  virtual void Repair() = 0;

  // The number of syncs so far.
  virtual size_t syncs() const = 0;
};

using TestDeviceFactory = std::function<std::unique_ptr<TestDevice>()>;

// The promises that store.h makes for a store that outlives its process, as tests, in addition to
// StoreConformanceTest.
class DurableStoreConformanceTest : public testing::TestWithParam<TestDeviceFactory> {
 protected:
  // Fail the test if the store cannot be opened.
  std::unique_ptr<Store> Open();
  std::unique_ptr<Store> Reopen(std::unique_ptr<Store> store);

  const std::unique_ptr<TestDevice> device_ = GetParam()();
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_TESTING_DURABLE_STORE_CONFORMANCE_H_
