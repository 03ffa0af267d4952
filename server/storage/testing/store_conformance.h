// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_TESTING_STORE_CONFORMANCE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_TESTING_STORE_CONFORMANCE_H_

#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "server/storage/store.h"

namespace cache_invalidation::storage {

// Makes an empty store. Its files, if any, live as long as the store.
using StoreFactory = std::function<std::unique_ptr<Store>()>;

// The promises of store.h as tests. Each implementation runs them all:
//
//   INSTANTIATE_TEST_SUITE_P(MyStore, StoreConformanceTest,
//                            testing::Values([] { return std::make_unique<MyStore>(); }));
class StoreConformanceTest : public testing::TestWithParam<StoreFactory> {
 protected:
  const std::unique_ptr<Store> store_ = GetParam()();
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_TESTING_STORE_CONFORMANCE_H_
