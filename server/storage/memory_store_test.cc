// SPDX-License-Identifier: Apache-2.0

#include "server/storage/memory_store.h"

#include <memory>

#include <gtest/gtest.h>

#include "server/storage/testing/store_conformance.h"

namespace cache_invalidation::storage {
namespace {

INSTANTIATE_TEST_SUITE_P(MemoryStore, StoreConformanceTest,
                         testing::Values([] { return std::make_unique<MemoryStore>(); }));

TEST(MemoryStoreTest, SharesChunksInsteadOfCopyingThem) {
  auto chunk = std::make_shared<wire::Chunk>();
  chunk->namespace_name = "n";
  chunk->bytes = "bytes";
  chunk->parts = {{.offset = 0, .size = 5, .revision = 1, .number = 0, .last_part = true}};
  WriteBatch batch;
  batch.chunks = {chunk};
  MemoryStore store;
  ASSERT_TRUE(store.Write({&batch}, Store::Sync::kNo).ok());
  const auto read = store.ReadChunks("n", {1, 0}, 0);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->front(), chunk);
}

TEST(MemoryStoreDeathTest, RefusesAHistoryWithAGap) {
  const auto append = [](MemoryStore& store, uint64_t revision) {
    auto chunk = std::make_shared<wire::Chunk>();
    chunk->namespace_name = "n";
    chunk->parts = {{.revision = revision, .number = 0, .last_part = true}};
    WriteBatch batch;
    batch.chunks = {chunk};
    (void)store.Write({&batch}, Store::Sync::kNo);
  };
  MemoryStore store;
  append(store, 1);
  EXPECT_DEATH(append(store, 3), "goes on where the history ends");
}

}  // namespace
}  // namespace cache_invalidation::storage
