// SPDX-License-Identifier: Apache-2.0

#include "tests/support/temporary_directory.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

TEST(TemporaryDirectoryTest, IsItsOwnAndGoesWithWhatIsInIt) {
  std::string path;
  {
    const TemporaryDirectory one;
    const TemporaryDirectory other;
    path = one.path();
    EXPECT_NE(path, other.path());
    EXPECT_EQ(path, std::filesystem::canonical(path));
    std::ofstream(path + "/file") << "text";
    EXPECT_TRUE(std::filesystem::exists(path + "/file"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace cache_invalidation
