// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/request_conversion.h"

#include "gtest/gtest.h"

namespace cache_invalidation::rpc {
namespace {

internal::v1::PageToken Item() {
  internal::v1::PageToken item;
  item.set_after_priority(-7);
  item.set_after_name("rule \xc3\xa4");
  item.set_after_key("k");
  item.set_after_is_tag(true);
  return item;
}

TEST(PageToken, ComesBackToTheSameList) {
  google::protobuf::Arena arena;
  const ListIdentity identity{"rules", "shop", "filter"};
  const auto read = ReadPageToken(identity, MakePageToken(identity, Item()), arena);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)->after_priority(), -7);
  EXPECT_EQ((*read)->after_name(), "rule \xc3\xa4");
  EXPECT_EQ((*read)->after_key(), "k");
  EXPECT_TRUE((*read)->after_is_tag());
}

TEST(PageToken, IsTheBeginningWhenEmpty) {
  google::protobuf::Arena arena;
  const auto read = ReadPageToken({"rules", "shop", ""}, "", arena);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ((*read)->ByteSizeLong(), 0u);
}

TEST(PageToken, IsRefusedElsewhere) {
  google::protobuf::Arena arena;
  const std::string token = MakePageToken({"rules", "shop", "filter"}, Item());
  const ListIdentity others[] = {{"relationships", "shop", "filter"},
                                 {"rules", "other", "filter"},
                                 {"rules", "shop", "other"}};
  for (const ListIdentity& other : others) {
    const auto read = ReadPageToken(other, token, arena);
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(read.status().message().substr(0, 12), "page_token: ");
  }
  for (const char* forged : {"x", "!!!!", "AAAA", " "}) {
    EXPECT_FALSE(ReadPageToken({"rules", "shop", "filter"}, forged, arena).ok()) << forged;
  }
}

TEST(PageLimit, HasADefaultAndAMaximum) {
  EXPECT_EQ(*ToPageLimit(0), 50u);
  EXPECT_EQ(*ToPageLimit(1), 1u);
  EXPECT_EQ(*ToPageLimit(1000), 1000u);
  EXPECT_EQ(*ToPageLimit(1001), 1000u);
  EXPECT_EQ(ToPageLimit(-1).status().message(), "page_size: expected 0 or more, got -1");
}

}  // namespace
}  // namespace cache_invalidation::rpc
