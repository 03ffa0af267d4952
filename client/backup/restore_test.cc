// SPDX-License-Identifier: Apache-2.0

#include "client/backup/restore.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/backup/backup_directory.h"
#include "common/stable_hash.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::client {
namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;

Files FilesIn(const std::string& directory) {
  Files files;
  if (!fs::exists(directory)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_directory()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().lexically_relative(directory)] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

class RestoreTest : public ::testing::Test {
 protected:
  RestoreTest() {
    const auto directory = BackupDirectory::Create(backup());
    BackupSummary summary;
    for (const auto& [path, data] : files_) {
      EXPECT_TRUE((*directory)
                      ->Add({.path = path, .data = data, .last = true, .crc32c = Crc32c(data)})
                      .ok());
      summary.files += 1;
      summary.bytes += data.size();
      summary.crc32c = Crc32c(data, summary.crc32c);
    }
    EXPECT_TRUE((*directory)->Finish(summary).ok());
  }

  std::string backup() const { return temporary_.path() + "/backup"; }
  std::string data() const { return temporary_.path() + "/data"; }

  void ExpectRefused(absl::StatusCode code) {
    const absl::Status status = Restore(backup(), data()).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(FilesIn(data()), Files());
  }

  const TemporaryDirectory temporary_;
  const Files files_ = {{"copied", ""},
                        {"log_end", "end"},
                        {"rocksdb/000001.sst", std::string((2 << 20) + 1, 's')},
                        {"rocksdb/CURRENT", "MANIFEST\n"}};
};

TEST_F(RestoreTest, CopiesTheDataDirectoryWithoutTheManifest) {
  const auto manifest = Restore(backup(), data() + "/");
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(FilesIn(data()), files_);
  EXPECT_EQ(Restore(backup(), data()).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(RestoreTest, TakesANewVolume) {
  fs::create_directories(data() + "/lost+found");
  EXPECT_TRUE(Restore(backup(), data()).ok());
  EXPECT_EQ(FilesIn(data()), files_);
}

TEST_F(RestoreTest, NeverTouchesWhatIsThere) {
  fs::create_directory(data());
  std::ofstream(data() + "/mine") << "x";
  EXPECT_EQ(Restore(backup(), data()).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(FilesIn(data()), (Files{{"mine", "x"}}));
  fs::remove_all(data());
  std::ofstream(data()) << "a file";
  EXPECT_FALSE(Restore(backup(), data()).ok());
}

TEST_F(RestoreTest, AnyDamageIsRefused) {
  for (const auto& [path, data] : files_) {
    const std::string file = absl::StrCat(backup(), "/", path);
    fs::remove(file);
    ExpectRefused(absl::StatusCode::kDataLoss);
    std::ofstream(file, std::ios::binary) << data << "more";
    ExpectRefused(absl::StatusCode::kDataLoss);
    if (!data.empty()) {
      std::string flipped = data;
      flipped[flipped.size() / 2] ^= 4;
      std::ofstream(file, std::ios::binary) << flipped;
      ExpectRefused(absl::StatusCode::kDataLoss);
      std::ofstream(file, std::ios::binary) << data.substr(1);
      ExpectRefused(absl::StatusCode::kDataLoss);
    }
    std::ofstream(file, std::ios::binary) << data;
  }
  EXPECT_TRUE(Restore(backup(), data()).ok());
}

// None of them has an end.
TEST_F(RestoreTest, ReadsFilesOnly) {
  const std::string path = backup() + "/rocksdb/000001.sst";
  fs::remove(path);
  fs::create_symlink("/dev/zero", path);
  ExpectRefused(absl::StatusCode::kDataLoss);
  fs::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  ExpectRefused(absl::StatusCode::kDataLoss);
}

TEST_F(RestoreTest, NeedsAManifest) {
  const std::string path = absl::StrCat(backup(), "/", kManifestName);
  fs::resize_file(path, fs::file_size(path) / 2);
  ExpectRefused(absl::StatusCode::kInvalidArgument);
  fs::remove(path);
  ExpectRefused(absl::StatusCode::kNotFound);
  fs::remove_all(backup());
  ExpectRefused(absl::StatusCode::kNotFound);
}

TEST_F(RestoreTest, AHostileManifestWritesNothingElsewhere) {
  Manifest manifest = *ReadManifest(backup());
  manifest.files[0].path = "../x";
  std::ofstream(absl::StrCat(backup(), "/", kManifestName)) << ToJson(manifest);
  ExpectRefused(absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(fs::exists(temporary_.path() + "/x"));
}

}  // namespace
}  // namespace cache_invalidation::client
