// SPDX-License-Identifier: Apache-2.0

#include "server/backup/copied_files.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/stable_hash.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::backup {
namespace {

class CopiedFilesTest : public ::testing::Test {
 protected:
  CopiedFilesTest() { std::filesystem::create_directories(directory() + "/below"); }

  std::string directory() const { return temporary_.path() + "/copy"; }

  void Write(const std::string& path, const std::string& bytes) {
    std::ofstream(directory() + "/" + path, std::ios::binary) << bytes;
  }

  const TemporaryDirectory temporary_;
};

TEST_F(CopiedFilesTest, GivesEveryFileInPieces) {
  std::string large(2 * kPieceBytes + 3, 'l');
  large[kPieceBytes] = '\0';
  const std::map<std::string, std::string> written = {
      {"below/exact", std::string(kPieceBytes, 'e')}, {"below/large", large}, {"empty", ""}};
  for (const auto& [path, bytes] : written) Write(path, bytes);

  const auto files = CopiedFiles::In(directory());
  ASSERT_TRUE(files.ok()) << files.status();
  std::map<std::string, std::string> read;
  std::string all;
  while (true) {
    const auto piece = (*files)->Next();
    ASSERT_TRUE(piece.ok()) << piece.status();
    if (!piece->has_value()) break;
    EXPECT_LE((*piece)->bytes.size(), kPieceBytes);
    std::string& file = read[(*piece)->path];
    EXPECT_EQ((*piece)->offset, file.size());
    file += (*piece)->bytes;
    all += (*piece)->bytes;
    EXPECT_EQ((*piece)->last, file.size() == written.at((*piece)->path).size());
    EXPECT_EQ((*piece)->crc32c, Crc32c(file));
  }
  EXPECT_EQ(read, written);
  EXPECT_EQ((*files)->totals().files, 3u);
  EXPECT_EQ((*files)->totals().bytes, all.size());
  EXPECT_EQ((*files)->totals().crc32c, Crc32c(all));
}

TEST_F(CopiedFilesTest, DeletesThemInTheEnd) {
  Write("below/file", "x");
  {
    const auto files = CopiedFiles::In(directory());
    EXPECT_TRUE((*files)->Next().ok());
    EXPECT_TRUE(std::filesystem::exists(directory()));
  }
  EXPECT_FALSE(std::filesystem::exists(directory()));
  EXPECT_EQ(CopiedFiles::In(directory()).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(CopiedFilesTest, AFileThatIsGoneIsAnError) {
  Write("file", "x");
  const auto files = CopiedFiles::In(directory());
  std::filesystem::remove(directory() + "/file");
  EXPECT_EQ((*files)->Next().status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace cache_invalidation::backup
