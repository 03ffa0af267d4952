// SPDX-License-Identifier: Apache-2.0

// How a RocksdbStore reacts to a directory that cannot be used and to damaged files.

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/storage/rocksdb_store.h"
#include "server/storage/testing/foreign_lock.h"
#include "server/storage/testing/rocksdb_test_device.h"
#include "server/storage/testing/store_script.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::storage {
namespace {

class DamageTest : public testing::Test {
 protected:
  absl::Status OpenError(const std::string& directory) {
    return RocksdbStore::Open({.directory = directory}).status();
  }

  // The largest file with that extension.
  std::string LargestFile(const std::string& extension) {
    std::string largest;
    uintmax_t bytes = 0;
    for (const auto& part : std::filesystem::directory_iterator(device_.directory() + "/rocksdb")) {
      if (part.path().extension().string() != extension || part.file_size() <= bytes) continue;
      largest = part.path();
      bytes = part.file_size();
    }
    return largest;
  }

  // Changes one byte at this many thousandths of the file.
  static void Damage(const std::string& path, uintmax_t thousandths) {
    ASSERT_NE(path, "");
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto at =
        static_cast<std::streamoff>(std::filesystem::file_size(path) * thousandths / 1000);
    file.seekg(at);
    const char byte = static_cast<char>(file.get() ^ 0x55);
    file.seekp(at);
    file.put(byte);
    ASSERT_TRUE(file.good());
  }

  // Writes `revisions` events of a kilobyte each.
  void Fill(uint64_t revisions, Store::Sync sync = Store::Sync::kYes) {
    const std::unique_ptr<Store> store = *device_.Open();
    for (uint64_t revision = 1; revision <= revisions; ++revision) {
      auto chunk = std::make_shared<wire::Chunk>();
      chunk->namespace_name = "n";
      // Incompressible.
      for (int i = 0; i < 1024; ++i) chunk->bytes.push_back(static_cast<char>(std::rand()));
      chunk->parts = {{.offset = 0, .size = 1024, .revision = revision, .last_part = true}};
      WriteBatch batch;
      batch.chunks = {chunk};
      ASSERT_TRUE(Write(*store, batch, sync).ok());
    }
  }

  // How many revisions can be read.
  static uint64_t CountOfRevisions(const Store& store) {
    uint64_t count = 0;
    PartPosition from = {1, 0};
    while (true) {
      const auto chunks = store.ReadChunks("n", from, 1 << 20);
      if (!chunks.ok() || chunks->empty()) return count;
      for (const auto& chunk : *chunks) count += chunk->parts.size();
      from = PositionAfter(chunks->back()->parts.back());
    }
  }

  RocksdbTestDevice device_;
};

TEST_F(DamageTest, SaysWhyADirectoryCannotBeUsed) {
  const absl::Status no_parent = OpenError(device_.directory() + "/no/such");
  EXPECT_EQ(no_parent.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(no_parent.message(), "/no/such: No such file or directory"))
      << no_parent;

  const std::string file = device_.directory() + "/file";
  std::ofstream(file) << "text";
  const absl::Status no_directory = OpenError(file);
  EXPECT_EQ(no_directory.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(no_directory.message(), "Not a directory")) << no_directory;
}

TEST_F(DamageTest, SaysThatItMayNotWriteThere) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  ASSERT_EQ(chmod(device_.directory().c_str(), 0500), 0);
  const absl::Status status = OpenError(device_.directory());
  ASSERT_EQ(chmod(device_.directory().c_str(), 0700), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(status.message(), "Permission denied")) << status;
}

TEST_F(DamageTest, SaysThatAnotherProcessHasItOpen) {
  ASSERT_TRUE(device_.Open().ok());
  const ForeignLock lock(device_.directory());
  const absl::Status status = OpenError(device_.directory());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(status.message(), "another process has it open")) << status;
}

TEST_F(DamageTest, ADamagedFileIsFoundWhenItIsRead) {
  Fill(400);
  Damage(LargestFile(".sst"), 300);
  const std::unique_ptr<Store> store = *device_.Open();
  absl::Status status = absl::OkStatus();
  PartPosition from = {1, 0};
  while (status.ok() && from.revision <= 400) {
    const auto chunks = store->ReadChunks("n", from, 1 << 20);
    status = chunks.status();
    if (!status.ok()) break;
    ASSERT_FALSE(chunks->empty());
    from = PositionAfter(chunks->back()->parts.back());
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST_F(DamageTest, AMissingFileIsFoundAtTheStart) {
  Fill(400);
  std::filesystem::remove(LargestFile(".sst"));
  const absl::Status status = device_.Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

void ExpectABeginning(const Store& store) {
  const RetainedRevisions retained = Retained(store, "n");
  EXPECT_GT(retained.head, 0u);
  EXPECT_LT(retained.head, 20u);
  EXPECT_EQ(Read(store, "n", {retained.head, 0}).size(), 1u);
}

// Synced writes are never dropped silently: the operator has to accept it.
TEST_F(DamageTest, ADamagedLogOfSyncedWritesIsRefusedUnlessACutIsAccepted) {
  Fill(20);
  Damage(LargestFile(".log"), 500);
  const absl::Status status = device_.Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  RocksdbOptions options = device_.options();
  options.accept_cut_log = true;
  const auto cut = RocksdbStore::Open(options);
  ASSERT_TRUE(cut.ok()) << cut.status();
  ExpectABeginning(**cut);
}

TEST_F(DamageTest, ADamagedLogOfUnsyncedWritesIsCut) {
  Fill(20, Store::Sync::kNo);
  Damage(LargestFile(".log"), 500);
  const auto cut = device_.Open();
  ASSERT_TRUE(cut.ok()) << cut.status();
  ExpectABeginning(**cut);
}

class LostEndTest : public DamageTest {
 protected:
  // Opens a store of synced writes after damaging its log.
  absl::Status StatusAfter(void (*damage)(const std::string& path)) {
    Fill(20);
    damage(LargestFile(".log"));
    return device_.Open().status();
  }
};

void Halve(const std::string& path) {
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
}

void Zero(const std::string& path) {
  const uintmax_t bytes = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, 0);
  std::filesystem::resize_file(path, bytes);
}

void Remove(const std::string& path) { std::filesystem::remove(path); }

TEST_F(LostEndTest, ALogThatWasHalvedIsRefused) {
  const absl::Status status = StatusAfter(Halve);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST_F(LostEndTest, ALogOfZerosIsRefused) {
  const absl::Status status = StatusAfter(Zero);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST_F(LostEndTest, ALogThatIsGoneIsRefused) {
  const absl::Status status = StatusAfter(Remove);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

// The mark stays until the server has handled the loss.
TEST_F(LostEndTest, AnUnsyncedLogThatWasHalvedIsServedAndSaysSoUntilItIsTold) {
  Fill(20, Store::Sync::kNo);
  Halve(LargestFile(".log"));
  for (int start = 0; start < 3; ++start) {
    const std::unique_ptr<Store> store = *device_.Open();
    EXPECT_NE(**store->ReadServerValue(kEndMissingName), "");
    EXPECT_LT(Retained(*store, "n").head, 20u);
  }
  {
    const std::unique_ptr<Store> store = *device_.Open();
    WriteBatch drawn;
    drawn.server_values = {{kEndMissingName, ""}};
    ASSERT_TRUE(Write(*store, drawn, Store::Sync::kYes).ok());
  }
  EXPECT_EQ(**(*device_.Open())->ReadServerValue(kEndMissingName), "");
}

TEST_F(LostEndTest, WithoutTheFileThatSaysWhereItEndsAStoreIsRefused) {
  Fill(20);
  std::filesystem::remove(device_.directory() + "/log_end");
  const absl::Status status = device_.Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "log_end")) << status;
  RocksdbOptions options = device_.options();
  options.accept_cut_log = true;
  ASSERT_TRUE(RocksdbStore::Open(options).ok());
}

// RocksDB takes the end of the manifest for its end, wherever it is.
class LostManifestTest : public LostEndTest, public testing::WithParamInterface<uint64_t> {};

TEST_P(LostManifestTest, OfItsEndAStoreIsRefusedOrWhole) {
  Fill(GetParam());
  std::filesystem::path manifest;
  for (const auto& file : std::filesystem::directory_iterator(device_.directory() + "/rocksdb")) {
    if (file.path().filename().string().starts_with("MANIFEST-")) manifest = file.path();
  }
  const uintmax_t bytes = std::filesystem::file_size(manifest);
  const TemporaryDirectory copies;
  int refused = 0;
  for (uintmax_t cut = 0; cut < bytes; cut += 1 + bytes / 100) {
    for (const bool zeroes : {false, true}) {
      RocksdbOptions options = {.directory = absl::StrCat(copies.path(), "/", cut, zeroes),
                                .memory_bytes = device_.options().memory_bytes};
      std::filesystem::copy(device_.directory(), options.directory,
                            std::filesystem::copy_options::recursive);
      const auto copy = std::filesystem::path(options.directory) / "rocksdb" / manifest.filename();
      std::filesystem::resize_file(copy, cut);
      if (zeroes) std::filesystem::resize_file(copy, bytes);
      if (const auto store = RocksdbStore::Open(options); !store.ok()) {
        EXPECT_EQ(store.status().code(), absl::StatusCode::kDataLoss) << store.status();
        ++refused;
      } else {
        EXPECT_EQ(Retained(**store, "n").head, GetParam());
        EXPECT_EQ(CountOfRevisions(**store), GetParam()) << cut << " of " << bytes << zeroes;
      }
      // Closed by now: an open one removes files of its own.
      std::filesystem::remove_all(options.directory);
    }
  }
  EXPECT_GT(refused, 100);
}

// Everything is in the first log; some of it is in sorted files.
INSTANTIATE_TEST_SUITE_P(, LostManifestTest, testing::Values(10, 400));

}  // namespace
}  // namespace cache_invalidation::storage
