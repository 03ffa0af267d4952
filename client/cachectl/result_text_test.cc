// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/result_text.h"

#include "gtest/gtest.h"

namespace cache_invalidation::cachectl {
namespace {

TEST(WaitingTextTest, NamesThoseThatWereLate) {
  EXPECT_EQ(TextOf(client::Waiting{.waited_for = {"web", "shop"}, .late = {"web"}}),
            "waited for 2 subscribers; late: web\n");
  EXPECT_EQ(TextOf(client::Waiting{.waited_for = {"web"}, .not_acknowledging = 1}),
            "waited for 1 subscriber; 1 does not acknowledge\n");
}

TEST(WaitingTextTest, SaysWhatToDoAboutThoseOfAnEarlierServer) {
  EXPECT_EQ(TextOf(client::Waiting{.unknown_late = true}),
            "waited for 0 subscribers; late: possibly some from before the server started\n"
            "their leases end about a minute after its start: repeat the call then, or give it a "
            "longer --timeout\n");
}

TEST(ExplanationTextTest, CountsOneThingAsOneThing) {
  client::Explanation explanation{.root = {.kind = client::ExplanationKind::kWrite,
                                           .name = "user:1",
                                           .applies = true,
                                           .entries = 1,
                                           .dependents = 1}};
  explanation.targets = 1;
  explanation.entries = 1;
  explanation.dependents = 2;
  EXPECT_EQ(TextOf(explanation),
            "+ write user:1: 1 entry, 1 dependent\n"
            "1 target, 1 entry, 2 dependents, 0 widened\n");
}

}  // namespace
}  // namespace cache_invalidation::cachectl
