// SPDX-License-Identifier: Apache-2.0

#include "common/files.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace cache_invalidation {
namespace {

TEST(Files, StreamsAreReadToTheEnd) {
  std::istringstream empty;
  EXPECT_EQ(ReadAtMost(empty, 10), "");
  const std::string text(200'000, 'x');
  std::istringstream stream(text);
  EXPECT_EQ(ReadAtMost(stream, 1 << 20), text);
}

TEST(Files, NoMoreIsReadThanAllowed) {
  std::istringstream stream("abcdef");
  EXPECT_EQ(ReadAtMost(stream, 4), "abcd");
  std::ifstream endless("/dev/zero", std::ios::binary);
  EXPECT_EQ(ReadAtMost(endless, 100'000)->size(), 100'000u);
}

TEST(Files, SaysWhatCannotBeRead) {
  std::ifstream directory("/", std::ios::binary);
  EXPECT_EQ(ReadAtMost(directory, 10), std::nullopt);
  std::ifstream missing("/no/such/file");
  EXPECT_EQ(ReadAtMost(missing, 10), std::nullopt);
  EXPECT_EQ(ReadRegularFile("/dev/zero", 10).status().message(), "not a regular file");
  EXPECT_FALSE(ReadRegularFile("/no/such/file", 10).ok());
}

TEST(Files, EachIsInADirectory) {
  EXPECT_EQ(ParentOf("a/b/"), "a");
  EXPECT_EQ(ParentOf("a"), ".");
  EXPECT_EQ(ParentOf("/a"), "/");
  EXPECT_EQ(ParentOf("/"), "/");
}

}  // namespace
}  // namespace cache_invalidation
