// SPDX-License-Identifier: Apache-2.0

#include "common/stable_hash.h"

#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

// The values of RFC 3720, and the usual check value.
TEST(Crc32cTest, HasTheValuesOfTheStandard) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Crc32cTest, ContinuesWhereItStopped) {
  const std::string text = "any number of bytes";
  for (size_t at = 0; at <= text.size(); ++at) {
    EXPECT_EQ(Crc32c(text.substr(at), Crc32c(text.substr(0, at))), Crc32c(text));
  }
}

}  // namespace
}  // namespace cache_invalidation
