// SPDX-License-Identifier: Apache-2.0

#include "client/backup/backup_directory.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "common/stable_hash.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::client {
namespace {

namespace fs = std::filesystem;

BackupChunk Whole(const std::string& path, const std::string& data) {
  return {.path = path, .offset = 0, .data = data, .last = true, .crc32c = Crc32c(data)};
}

class BackupDirectoryTest : public ::testing::Test {
 protected:
  BackupDirectoryTest() {
    chunks_[2].data = "half";
    chunks_[2].last = false;
  }

  std::string path() const { return temporary_.path() + "/backup"; }
  std::string partial() const { return path() + ".partial"; }

  // Adds the chunks, until one is refused, and finishes. Returns the first error.
  absl::Status Write(const std::vector<BackupChunk>& chunks, BackupSummary summary) {
    const auto directory = BackupDirectory::Create(path());
    if (!directory.ok()) return directory.status();
    for (const BackupChunk& chunk : chunks) {
      if (absl::Status status = (*directory)->Add(chunk); !status.ok()) return status;
    }
    return (*directory)->Finish(summary).status();
  }

  // Expects that nothing is left of a backup that was refused.
  void ExpectRefused(const std::vector<BackupChunk>& chunks, const BackupSummary& summary,
                     absl::StatusCode code = absl::StatusCode::kDataLoss) {
    EXPECT_EQ(Write(chunks, summary).code(), code);
    EXPECT_FALSE(fs::exists(path()));
    EXPECT_FALSE(fs::exists(partial()));
  }

  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  const TemporaryDirectory temporary_;
  std::vector<BackupChunk> chunks_ = {Whole("copied", ""),
                                      Whole("log_end", "end"),
                                      {.path = "rocksdb/000001.sst", .offset = 0},
                                      {.path = "rocksdb/000001.sst",
                                       .offset = 4,
                                       .data = "half",
                                       .last = true,
                                       .crc32c = Crc32c("halfhalf")},
                                      Whole("rocksdb/CURRENT", "MANIFEST\n")};
  const BackupSummary summary_ = {.files = 4,
                                  .bytes = 20,
                                  .crc32c = Crc32c("endhalfhalfMANIFEST\n"),
                                  .epoch = "e",
                                  .server_version = "1",
                                  .time = absl::FromUnixSeconds(1)};
};

TEST_F(BackupDirectoryTest, AppearsWhenItIsWhole) {
  {
    const auto directory = BackupDirectory::Create(path() + "/");
    ASSERT_TRUE(directory.ok()) << directory.status();
    for (const BackupChunk& chunk : chunks_) ASSERT_TRUE((*directory)->Add(chunk).ok());
    EXPECT_FALSE(fs::exists(path()));
    const auto manifest = (*directory)->Finish(summary_);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    EXPECT_EQ(manifest->files.size(), 4u);
    EXPECT_EQ(manifest->bytes(), 20u);
    EXPECT_EQ(*ReadManifest(path()), *manifest);
  }
  EXPECT_FALSE(fs::exists(partial()));
  EXPECT_EQ(Read(path() + "/rocksdb/000001.sst"), "halfhalf");
  EXPECT_EQ(Read(path() + "/rocksdb/CURRENT"), "MANIFEST\n");
  EXPECT_EQ(Read(path() + "/copied"), "");
}

TEST_F(BackupDirectoryTest, AFlippedBitIsRefused) {
  for (BackupChunk& chunk : chunks_) {
    if (chunk.data.empty()) continue;
    chunk.data[0] ^= 1;
    ExpectRefused(chunks_, summary_);
    chunk.data[0] ^= 1;
  }
  for (BackupChunk& chunk : chunks_) {
    if (!chunk.last) continue;
    chunk.crc32c ^= 1;
    ExpectRefused(chunks_, summary_);
    chunk.crc32c ^= 1;
  }
}

TEST_F(BackupDirectoryTest, AMissingOrMisplacedChunkIsRefused) {
  for (size_t i = 0; i < chunks_.size(); ++i) {
    std::vector<BackupChunk> fewer = chunks_;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    ExpectRefused(fewer, summary_);
    std::vector<BackupChunk> twice = chunks_;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), chunks_[i]);
    ExpectRefused(twice, summary_);
    ExpectRefused({chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(i)}, summary_);
  }
  chunks_[2].last = true;
  chunks_[2].crc32c = Crc32c("half");
  ExpectRefused(chunks_, summary_);
}

TEST_F(BackupDirectoryTest, AWrongSummaryIsRefused) {
  for (int field = 0; field < 3; ++field) {
    BackupSummary wrong = summary_;
    wrong.files += field == 0;
    wrong.bytes += field == 1;
    wrong.crc32c += field == 2;
    ExpectRefused(chunks_, wrong);
  }
}

TEST_F(BackupDirectoryTest, NothingIsWrittenElsewhere) {
  for (const char* hostile : {"../x", "/tmp/x", "rocksdb/../../x", "", ".", "manifest.json"}) {
    chunks_[0].path = hostile;
    ExpectRefused(chunks_, summary_, absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(fs::exists(temporary_.path() + "/x"));
  }
}

TEST_F(BackupDirectoryTest, WhatExistsStays) {
  fs::create_directory(path());
  EXPECT_EQ(Write(chunks_, summary_).code(), absl::StatusCode::kAlreadyExists);
  fs::remove(path());
  fs::create_symlink("nowhere", path());
  EXPECT_EQ(Write(chunks_, summary_).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(BackupDirectory::Create(temporary_.path() + "/no/backup").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(BackupDirectoryTest, WhatAKilledProcessLeftIsReplaced) {
  fs::create_directories(partial() + "/rocksdb");
  std::ofstream(partial() + "/rocksdb/CURRENT") << "old";
  EXPECT_TRUE(Write(chunks_, summary_).ok());
  EXPECT_EQ(Read(path() + "/rocksdb/CURRENT"), "MANIFEST\n");
}

TEST_F(BackupDirectoryTest, IsWrittenByOneAtATime) {
  const auto first = BackupDirectory::Create(path());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(BackupDirectory::Create(path()).status().code(), absl::StatusCode::kAborted);
  for (const BackupChunk& chunk : chunks_) ASSERT_TRUE((*first)->Add(chunk).ok());
  EXPECT_TRUE((*first)->Finish(summary_).ok());
}

}  // namespace
}  // namespace cache_invalidation::client
