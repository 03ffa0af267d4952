// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/trace_id.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::rpc {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParent[] = "00f067aa0ba902b7";

std::string With(absl::string_view version, absl::string_view trace, absl::string_view rest) {
  return absl::StrCat(version, "-", trace, "-", rest);
}

TEST(TraceId, IsThatOfATraceparent) {
  EXPECT_EQ(TraceIdOf(absl::StrCat("00-", kTrace, "-", kParent, "-01")), kTrace);
  EXPECT_EQ(TraceIdOf(absl::StrCat("00-", kTrace, "-", kParent, "-00")), kTrace);
  // Later versions can have more fields.
  EXPECT_EQ(TraceIdOf(absl::StrCat("01-", kTrace, "-", kParent, "-01")), kTrace);
  EXPECT_EQ(TraceIdOf(absl::StrCat("cc-", kTrace, "-", kParent, "-01-more")), kTrace);
}

TEST(TraceId, IsEmptyIfThatIsMalformed) {
  const std::string tail = absl::StrCat(kParent, "-01");
  const std::string zeros(32, '0');
  for (const std::string& bad :
       {std::string(), std::string("00"), std::string(kTrace), std::string(55, '-'),
        With("00", kTrace, absl::StrCat(kParent, "-0")), With("ff", kTrace, tail),
        With("0g", kTrace, tail), With("00", kTrace, tail + "-more"),
        With("01", kTrace, tail + "x"), With("00", zeros, tail),
        With("00", kTrace, "0000000000000000-01"),
        With("00", "4BF92F3577B34DA6A3CE929D0E0E4736", tail),
        With("00", "4bf92f3577b34da6a3ce929d0e0e473\n", tail),
        With("00", kTrace, absl::StrCat(kParent, "-0z")),
        With("00", kTrace, absl::StrCat(kParent, "_01"))}) {
    EXPECT_EQ(TraceIdOf(bad), "") << bad;
  }
}

}  // namespace
}  // namespace cache_invalidation::rpc
