#include "common/utf8_prefix.h"

#include <cstddef>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

TEST(Utf8PrefixTest, CutsBetweenCharacters) {
  const std::string text = "a\u00e4\u20ac";  // 1, 2 and 3 bytes
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6};
  for (size_t most = 0; most < std::size(expected); ++most) {
    EXPECT_EQ(Utf8Prefix(text, most), text.substr(0, expected[most])) << most;
  }
  EXPECT_EQ(Utf8Prefix("\x80\x80\x80", 2), "") << "no characters at all";
}

}  // namespace
}  // namespace cache_invalidation
