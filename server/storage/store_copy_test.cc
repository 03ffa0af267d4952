// SPDX-License-Identifier: Apache-2.0

// Copies of a RocksdbStore, and stores that are only read.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "server/storage/log_end.h"
#include "server/storage/rocksdb_store.h"
#include "server/storage/store_lock.h"
#include "server/storage/testing/foreign_lock.h"
#include "server/storage/testing/random_writes.h"
#include "server/storage/testing/rocksdb_test_device.h"
#include "server/storage/testing/store_script.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::storage {
namespace {

using Files = std::map<std::string, std::string>;

// The contents of the files below a directory, with the times of their last changes.
Files FilesBelow(const std::string& directory) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    std::string text = absl::StrCat(entry.last_write_time().time_since_epoch().count(), " ");
    if (!entry.is_directory()) {
      std::ifstream file(entry.path(), std::ios::binary);
      text.append(std::istreambuf_iterator<char>(file), {});
    }
    files[entry.path()] = text;
  }
  return files;
}

class StoreCopyTest : public testing::Test {
 protected:
  std::unique_ptr<RocksdbStore> Open(const std::string& directory, bool read_only = false) {
    auto store = TryOpen(directory, read_only);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  static absl::StatusOr<std::unique_ptr<RocksdbStore>> TryOpen(const std::string& directory,
                                                               bool read_only = true) {
    return RocksdbStore::Open(
        {.directory = directory, .memory_bytes = 256 << 10, .read_only = read_only});
  }

  std::string data() const { return directory_.path() + "/data"; }
  std::string elsewhere() const { return directory_.path() + "/elsewhere"; }

  void Fill(RocksdbStore& store, int writes) {
    for (int i = 0; i < writes; ++i) {
      ASSERT_TRUE(Write(store, writes_.Next(store), Store::Sync::kNo).ok());
    }
  }

  // As a backup does.
  void MoveCopy(const RocksdbStore& store) {
    const absl::StatusOr<std::string> copy = store.Copy();
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(*copy, absl::StrCat(data(), "/", kCopyDirectory));
    std::filesystem::copy(*copy, elsewhere(), std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(*copy);
  }

  const TemporaryDirectory directory_;
  RandomWrites writes_{7};
};

TEST_F(StoreCopyTest, HoldsWhatTheStoreHeld) {
  const auto store = Open(data());
  for (int round = 0; round < 4; ++round) {
    Fill(*store, 300);
    MoveCopy(*store);
    const std::string held = DumpOf(*store);
    Fill(*store, 20);
    EXPECT_EQ(DumpOf(*Open(elsewhere())), held);
    std::filesystem::remove_all(elsewhere());
  }
}

TEST_F(StoreCopyTest, IsMarkedUntilTheMarkIsTakenBack) {
  {
    const auto store = Open(data());
    Fill(*store, 10);
    MoveCopy(*store);
    EXPECT_EQ(ServerValue(*store, kCopiedName), "absent");
  }
  for (int start = 0; start < 2; ++start) {
    const auto copy = Open(elsewhere());
    EXPECT_EQ(ServerValue(*copy, kCopiedName), "1") << start;
    EXPECT_EQ(ServerValue(*copy, kEndMissingName), "absent");
    EXPECT_FALSE(std::filesystem::exists(elsewhere() + "/" + kCopiedMark));
  }
  {
    const auto copy = Open(elsewhere());
    WriteBatch begun;
    begun.server_values.push_back({kCopiedName, ""});
    ASSERT_TRUE(Write(*copy, begun, Store::Sync::kYes).ok());
  }
  EXPECT_EQ(ServerValue(*Open(elsewhere()), kCopiedName), "");
}

TEST_F(StoreCopyTest, IsMadeWhileTheStoreIsWritten) {
  const auto store = Open(data());
  std::atomic<bool> stop = false;
  uint64_t written = 0;
  std::thread writer([&] {
    for (; !stop; ++written) Append(*store, {Revisions("n", written + 1, written + 1)});
  });
  for (int round = 0; round < 5; ++round) {
    const uint64_t before = Retained(*store, "n").head;
    MoveCopy(*store);
    {
      const auto copy = Open(elsewhere());
      const uint64_t head = Retained(*copy, "n").head;
      EXPECT_GE(head, before);
      EXPECT_EQ(copy->ReadChunks("n", {1, 0}, kEverything)->size(), head);
    }
    std::filesystem::remove_all(elsewhere());
  }
  stop = true;
  writer.join();
}

TEST_F(StoreCopyTest, WhatIsLeftOfOneIsDeletedAtTheNextStart) {
  {
    const auto store = Open(data());
    Fill(*store, 10);
    ASSERT_TRUE(store->Copy().ok());
    ASSERT_TRUE(store->Copy().ok()) << "replaces the earlier one";
  }
  const std::string copy = data() + "/" + kCopyDirectory;
  EXPECT_TRUE(std::filesystem::exists(copy));
  Open(data(), /*read_only=*/true);
  EXPECT_TRUE(std::filesystem::exists(copy));
  Open(data());
  EXPECT_FALSE(std::filesystem::exists(copy));
}

TEST_F(StoreCopyTest, ThatLacksItsLogIsRefused) {
  {
    const auto store = Open(data());
    Fill(*store, 100);
    MoveCopy(*store);
  }
  std::filesystem::remove(elsewhere() + "/rocksdb/CURRENT");
  EXPECT_TRUE(absl::IsDataLoss(TryOpen(elsewhere(), false).status()));
  EXPECT_TRUE(absl::IsDataLoss(TryOpen(elsewhere(), true).status()));
}

TEST_F(StoreCopyTest, ReadingChangesNothing) {
  std::string held;
  {
    const auto store = Open(data());
    Fill(*store, 400);
    held = DumpOf(*store);
  }
  const Files before = FilesBelow(data());
  EXPECT_EQ(DumpOf(*Open(data(), /*read_only=*/true)), held);
  EXPECT_EQ(FilesBelow(data()), before);
}

TEST_F(StoreCopyTest, ReadingSeesTheMissingEndAndKeepsIt) {
  {
    const auto store = Open(data());
    for (uint64_t i = 1; i <= 50; ++i) Append(*store, {Revisions("n", i, i)});
  }
  std::string newest;
  for (const auto& file : std::filesystem::directory_iterator(data() + "/rocksdb")) {
    if (file.path().extension() == ".log") newest = file.path();
  }
  std::filesystem::resize_file(newest, std::filesystem::file_size(newest) / 2);
  const Files before = FilesBelow(data());
  {
    const auto unsynced = Open(data(), /*read_only=*/true);
    EXPECT_TRUE(unsynced->lacks_end());
    EXPECT_LT(Retained(*unsynced, "n").head, 50u);
  }
  EXPECT_EQ(FilesBelow(data()), before);
  std::filesystem::remove(data() + "/" + kUnsyncedMark);
  EXPECT_TRUE(absl::IsDataLoss(TryOpen(data()).status()));
  const auto accepted =
      RocksdbStore::Open({.directory = data(), .accept_cut_log = true, .read_only = true});
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_TRUE((*accepted)->lacks_end());
}

TEST_F(StoreCopyTest, OnlyAStoreCanBeRead) {
  EXPECT_TRUE(absl::IsDataLoss(TryOpen(data()).status()));
  EXPECT_FALSE(std::filesystem::exists(data()));
  std::filesystem::create_directory(data());
  rocksdb::DB* foreign = nullptr;
  rocksdb::Options options;
  options.create_if_missing = true;
  ASSERT_TRUE(rocksdb::DB::Open(options, data() + "/rocksdb", &foreign).ok());
  delete foreign;
  EXPECT_TRUE(absl::IsFailedPrecondition(TryOpen(data()).status()));
}

TEST_F(StoreCopyTest, NothingIsReadWhileAnotherProcessHasItOpen) {
  Open(data());
  const ForeignLock lock(data());
  const absl::Status status = TryOpen(data()).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_TRUE(absl::StrContains(status.message(), absl::StrCat("process ", lock.owner())));
}

TEST_F(StoreCopyTest, TheLockIsFreeOnceTheStoreIsClosed) {
  EXPECT_TRUE(CheckNotOpenElsewhere(data()).ok()) << "there is no store";
  Open(data());
  EXPECT_TRUE(CheckNotOpenElsewhere(data()).ok());
  EXPECT_TRUE(TryOpen(data()).ok());
}

}  // namespace
}  // namespace cache_invalidation::storage
