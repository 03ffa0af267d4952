// SPDX-License-Identifier: Apache-2.0

#include "server/storage/rocksdb_schema.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "server/storage/disk_format.h"
#include "server/storage/rocksdb_database.h"
#include "server/storage/rocksdb_store.h"
#include "server/storage/testing/rocksdb_test_device.h"

namespace cache_invalidation::storage {
namespace {

class SchemaTest : public testing::Test {
 protected:
  std::unique_ptr<RocksdbDatabase> Open() { return *RocksdbDatabase::Open(device_.options()); }

  // Opens the database as a program with these migrations does.
  absl::Status OpenWith(const std::vector<Migration>& migrations) {
    return BringToNewestSchema(*Open(), migrations);
  }

  std::string Meta(absl::string_view key) {
    return Open()->ReadMeta(rocksdb::ReadOptions(), key)->value_or("absent");
  }

  RocksdbTestDevice device_;
};

// Puts the value of `before` under `key`.
Migration CopyOf(std::string before, std::string key) {
  return [before, key](const RocksdbDatabase& store, rocksdb::WriteBatch& changes) {
    const auto value = store.ReadMeta(rocksdb::ReadOptions(), before);
    if (!value.ok()) return value.status();
    (void)changes.Put(store.meta(), key, value->value_or("nothing"));
    return absl::OkStatus();
  };
}

TEST_F(SchemaTest, AnEmptyStoreBeginsWithTheNewest) {
  ASSERT_TRUE(OpenWith({CopyOf("v0", "v1")}).ok());
  EXPECT_EQ(Meta("v1"), "absent") << "there was nothing to migrate";
  ASSERT_TRUE(OpenWith({CopyOf("v0", "v1"), CopyOf("v1", "v2")}).ok());
  EXPECT_EQ(Meta("v1"), "absent");
  EXPECT_EQ(Meta("v2"), "nothing");
}

TEST_F(SchemaTest, AnOlderStoreIsMigratedStepByStepAndOnce) {
  ASSERT_TRUE(OpenWith({}).ok());
  {
    rocksdb::WriteBatch changes;
    const std::unique_ptr<RocksdbDatabase> store = Open();
    (void)changes.Put(store->meta(), "v0", "old");
    ASSERT_TRUE(store->Write(changes, true).ok());
  }
  ASSERT_TRUE(OpenWith({CopyOf("v0", "v1"), CopyOf("v1", "v2")}).ok());
  EXPECT_EQ(Meta("v2"), "old") << "the second step sees what the first did";
  ASSERT_TRUE(OpenWith({CopyOf("none", "v1"), CopyOf("none", "v2")}).ok());
  EXPECT_EQ(Meta("v2"), "old") << "nothing is migrated twice";
}

TEST_F(SchemaTest, AFailedStepLeavesTheStepsBeforeIt) {
  ASSERT_TRUE(OpenWith({}).ok());
  const Migration broken = [](const RocksdbDatabase& store, rocksdb::WriteBatch& changes) {
    (void)changes.Put(store.meta(), "vbroken", "");
    return absl::DataLossError("unreadable");
  };
  EXPECT_EQ(OpenWith({CopyOf("v0", "v1"), broken}), absl::DataLossError("unreadable"));
  EXPECT_EQ(Meta("v1"), "nothing");
  EXPECT_EQ(Meta("vbroken"), "absent");
  ASSERT_TRUE(OpenWith({broken, CopyOf("v1", "v2")}).ok()) << "it goes on where it failed";
  EXPECT_EQ(Meta("v2"), "nothing");
}

TEST_F(SchemaTest, ANewerStoreIsRefused) {
  std::vector<Migration> newer = SchemaMigrations();
  newer.push_back(CopyOf("v0", "v1"));
  ASSERT_TRUE(OpenWith(newer).ok());
  const auto store = RocksdbStore::Open(device_.options());
  EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition) << store.status();
  EXPECT_TRUE(absl::StrContains(store.status().message(), "schema version")) << store.status();
  EXPECT_TRUE(absl::StrContains(store.status().message(), device_.directory())) << store.status();
}

TEST_F(SchemaTest, AnOlderStoreThatNoMigrationReadsIsRefused) {
  {
    std::string version;
    AppendBigEndian(kOldestSchemaVersion - 1, version);
    rocksdb::WriteBatch changes;
    const std::unique_ptr<RocksdbDatabase> store = Open();
    (void)changes.Put(store->meta(), "s", version);
    ASSERT_TRUE(store->Write(changes, true).ok());
  }
  const auto store = RocksdbStore::Open(device_.options());
  EXPECT_EQ(store.status(),
            absl::FailedPreconditionError(absl::StrCat(
                "the store in ", device_.directory(),
                " has schema version 1, this program reads versions 2 to 2: start the version of "
                "the program that wrote the store, or give this one an empty directory, where it "
                "begins without rules, relationships and history")));
}

// A newer version may store things where this program does not look.
TEST_F(SchemaTest, ANewerStoreIsRefusedAsSuchEvenIfItHasMoreColumnFamilies) {
  std::vector<Migration> newer = SchemaMigrations();
  newer.push_back(CopyOf("v0", "v1"));
  ASSERT_TRUE(OpenWith(newer).ok());
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), device_.directory() + "/rocksdb",
                                {{"default", {}}, {"rows", {}}, {"chunks", {}}}, &handles, &db)
                  .ok());
  rocksdb::ColumnFamilyHandle* added = nullptr;
  ASSERT_TRUE(db->CreateColumnFamily({}, "more", &added).ok());
  handles.push_back(added);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }
  delete db;
  const auto store = RocksdbStore::Open(device_.options());
  EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition) << store.status();
  EXPECT_TRUE(absl::StrContains(store.status().message(), "schema version")) << store.status();
}

TEST_F(SchemaTest, WhatIsNoStoreOfThisProgramIsRefused) {
  {
    rocksdb::WriteBatch changes;
    const std::unique_ptr<RocksdbDatabase> store = Open();
    (void)changes.Put(store->meta(), "somebody", "else");
    ASSERT_TRUE(store->Write(changes, true).ok());
  }
  const auto store = RocksdbStore::Open(device_.options());
  EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition) << store.status();
  EXPECT_TRUE(absl::StrContains(store.status().message(), "no store of this program"))
      << store.status();
}

TEST_F(SchemaTest, AnUnreadableVersionIsDataLoss) {
  {
    rocksdb::WriteBatch changes;
    const std::unique_ptr<RocksdbDatabase> store = Open();
    (void)changes.Put(store->meta(), "s", "x");
    ASSERT_TRUE(store->Write(changes, true).ok());
  }
  EXPECT_EQ(RocksdbStore::Open(device_.options()).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace cache_invalidation::storage
