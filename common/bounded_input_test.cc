#include "common/bounded_input.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace cache_invalidation {
namespace {

TEST(BoundedInput, ReadsToTheEnd) {
  std::istringstream empty;
  EXPECT_EQ(ReadAtMost(empty, 10), "");
  const std::string text(200'000, 'x');
  std::istringstream stream(text);
  EXPECT_EQ(ReadAtMost(stream, 1 << 20), text);
}

TEST(BoundedInput, ReadsNoMoreThanItMay) {
  std::istringstream stream("abcdef");
  EXPECT_EQ(ReadAtMost(stream, 4), "abcd");
  std::ifstream endless("/dev/zero", std::ios::binary);
  EXPECT_EQ(ReadAtMost(endless, 100'000)->size(), 100'000u);
}

TEST(BoundedInput, SaysWhatCannotBeRead) {
  std::ifstream directory("/", std::ios::binary);
  EXPECT_EQ(ReadAtMost(directory, 10), std::nullopt);
  std::ifstream missing("/no/such/file");
  EXPECT_EQ(ReadAtMost(missing, 10), std::nullopt);
}

}  // namespace
}  // namespace cache_invalidation
