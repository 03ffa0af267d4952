// SPDX-License-Identifier: Apache-2.0

#include "server/storage/testing/durable_store_conformance.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/storage/memory_store.h"
#include "server/storage/testing/store_script.h"

namespace cache_invalidation::storage {

std::unique_ptr<Store> DurableStoreConformanceTest::Open() {
  absl::StatusOr<std::unique_ptr<Store>> store = device_->Open();
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : std::make_unique<MemoryStore>();
}

std::unique_ptr<Store> DurableStoreConformanceTest::Reopen(std::unique_ptr<Store> store) {
  store.reset();
  return Open();
}

namespace {

TEST_P(DurableStoreConformanceTest, KeepsEverythingWhenItIsClosed) {
  std::unique_ptr<Store> store = Open();
  WriteBatch batch;
  batch.rows = {Put("n", RowKind::kRule, "a", "1"), Put("n", RowKind::kRule, "b", "2"),
                Delete("n", RowKind::kRule, "a"), Put("m", RowKind::kMeta, "", "3")};
  batch.chunks = {Revisions("n", 1, 3), Revisions("n", 4, 4), Revisions("n", 5, 9),
                  Revisions("m", 1, 2)};
  batch.trims = {{"n", 3}};
  batch.server_values = {{"epoch", "e"}};
  ASSERT_TRUE(Write(*store, batch).ok());
  store = Reopen(std::move(store));
  EXPECT_EQ(*store->ListNamespaces(), (std::vector<std::string>{"m", "n"}));
  EXPECT_EQ(Scan(*store, "n", RowKind::kRule), (Rows{{"b", "2"}}));
  EXPECT_EQ(Scan(*store, "m", RowKind::kMeta), (Rows{{"", "3"}}));
  EXPECT_EQ(Retained(*store, "n"), (RetainedRevisions{3, 9}));
  EXPECT_EQ(Read(*store, "n", {3, 0}), Spans{"OUT_OF_RANGE"});
  EXPECT_EQ(Read(*store, "n", {4, 0}), (Spans{"4-4", "5-9"}));
  EXPECT_EQ(Read(*store, "m", {1, 0}), (Spans{"1-2"}));
  EXPECT_EQ(ServerValue(*store, "epoch"), "e");
}

TEST_P(DurableStoreConformanceTest, GoesOnWhereItEnded) {
  std::unique_ptr<Store> store = Open();
  Append(*store, {Revisions("n", 1, 3), MakeChunk("n", {{.revision = 4, .number = 0}})});
  store = Reopen(std::move(store));
  Append(*store, {MakeChunk("n", {{.revision = 4, .number = 1, .last_part = true}})});
  store = Reopen(std::move(store));
  ASSERT_TRUE(Trim(*store, "n", 4).ok());
  store = Reopen(std::move(store));
  EXPECT_EQ(Retained(*store, "n"), (RetainedRevisions{4, 4})) << "the head survives a trim";
  Append(*store, {Revisions("n", 5, 5)});
  store = Reopen(std::move(store));
  EXPECT_EQ(Read(*store, "n", {5, 0}), Spans{"5-5"});
}

TEST_P(DurableStoreConformanceTest, IsOpenOnlyOnce) {
  std::unique_ptr<Store> store = Open();
  const auto second = device_->Open();
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable) << second.status();
  EXPECT_TRUE(Write(*store, {}, Store::Sync::kYes).ok()) << "the first one does not mind";
}

TEST_P(DurableStoreConformanceTest, AKilledProcessLosesNothing) {
  std::unique_ptr<Store> store = Open();
  Append(*store, {Revisions("n", 1, 3)});
  device_->Kill(std::move(store));
  store = Open();
  EXPECT_EQ(Read(*store, "n", {1, 0}), Spans{"1-3"});
}

TEST_P(DurableStoreConformanceTest, ALossOfPowerLosesNothingBeforeTheLastSync) {
  std::mt19937 random(1);
  std::unique_ptr<Store> store = Open();
  Append(*store, {Revisions("n", 1, 3)});
  WriteBatch synced;
  synced.chunks = {Revisions("n", 4, 4)};
  ASSERT_TRUE(Write(*store, synced, Store::Sync::kYes).ok());
  device_->LosePower(std::move(store), random);
  store = Open();
  EXPECT_EQ(Read(*store, "n", {1, 0}), (Spans{"1-3", "4-4"}));
}

TEST_P(DurableStoreConformanceTest, SyncsOncePerSyncedWriteAndNeverOtherwise) {
  std::unique_ptr<Store> store = Open();
  // The first write of either kind may have to prepare something.
  ASSERT_TRUE(Write(*store, {}, Store::Sync::kYes).ok());
  ASSERT_TRUE(Write(*store, {}, Store::Sync::kNo).ok());
  const size_t before = device_->syncs();
  WriteBatch first;
  first.rows = {Put("n", RowKind::kRule, "a", "1")};
  WriteBatch second;
  second.chunks = {Revisions("n", 1, 1)};
  ASSERT_TRUE(store->Write({&first, &second}, Store::Sync::kNo).ok());
  EXPECT_EQ(device_->syncs(), before);
  second.chunks = {Revisions("n", 2, 2)};
  ASSERT_TRUE(store->Write({&first, &second}, Store::Sync::kYes).ok());
  EXPECT_EQ(device_->syncs(), before + 1);
}

// A device that fails in one of three ways: the write that meets the failure returns the error,
// later writes are not tried even if the device has recovered, and all acknowledged writes are
// there after the next start.
TEST_P(DurableStoreConformanceTest, StopsForGoodAtTheFirstFailedWrite) {
  using Break = void (TestDevice::*)();
  const std::pair<Break, std::string> cases[] = {{&TestDevice::FailWrites, "the device is broken"},
                                                 {&TestDevice::FailSyncs, "cannot sync"},
                                                 {&TestDevice::FillUp, "the device is full"}};
  std::unique_ptr<Store> store = Open();
  uint64_t revision = 1;
  for (const auto& [break_it, message] : cases) {
    WriteBatch batch;
    batch.chunks = {Revisions("n", revision, revision)};
    ASSERT_TRUE(Write(*store, batch, Store::Sync::kYes).ok());
    ++revision;
    (device_.get()->*break_it)();
    batch.chunks = {Revisions("n", revision, revision)};
    const absl::Status failed = Write(*store, batch, Store::Sync::kYes);
    EXPECT_EQ(failed.code(), absl::StatusCode::kUnavailable) << failed;
    EXPECT_TRUE(absl::StrContains(failed.message(), message)) << failed;
    device_->Repair();
    EXPECT_EQ(Write(*store, {}), failed);
    device_->Kill(std::move(store));
    store = Open();
    const uint64_t head = Retained(*store, "n").head;
    EXPECT_TRUE(head == revision - 1 || head == revision) << head;
    revision = head + 1;
  }
}

}  // namespace

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DurableStoreConformanceTest);

}  // namespace cache_invalidation::storage
