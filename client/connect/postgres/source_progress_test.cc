// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/source_progress.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

const Snapshot kSeesAll = *Snapshot::Parse("1000:1000:");

Transaction Of(Lsn end, uint32_t xid, const std::string& id = "1") {
  Transaction out{.commit = {.lsn = end - 1, .end = end, .xid = xid}};
  out.writes.writes = {{.resource_type = "t", .resource_id = id, .operation = "update"}};
  return out;
}

TEST(SourceProgressTest, ConfirmsInOrderWhateverTheOrderOfTheResults) {
  SourceProgress progress;
  const uint64_t first = progress.Add(Of(10, 1), kSeesAll);
  const uint64_t second = progress.Add(Of(20, 2), kSeesAll);
  progress.Sent(first, 1, 5, absl::Seconds(1));
  progress.Sent(second, 2, 7, absl::Seconds(2));
  EXPECT_EQ(progress.pending_commands(), 3u);
  EXPECT_EQ(progress.pending_bytes(), 12u);
  progress.Answer(second);
  progress.Answer(second);
  EXPECT_TRUE(progress.Settle().empty());
  EXPECT_EQ(progress.confirmable(), 0u);
  EXPECT_EQ(progress.waiting_since(), absl::Seconds(1));
  progress.Answer(first);
  EXPECT_EQ(progress.Settle().size(), 2u);
  EXPECT_EQ(progress.confirmable(), 20u);
  EXPECT_EQ(progress.pending_bytes(), 0u);
  EXPECT_TRUE(progress.is_idle());
}

TEST(SourceProgressTest, APositionOfTheServerCountsBehindWhatIsUnsettled) {
  SourceProgress progress;
  progress.Reach(5);
  EXPECT_EQ(progress.confirmable(), 5u);
  const uint64_t number = progress.Add(Of(10, 1), kSeesAll);
  progress.Sent(number, 1, 1, {});
  progress.Reach(15);
  EXPECT_EQ(progress.confirmable(), 5u);
  progress.Answer(number);
  progress.Settle();
  EXPECT_EQ(progress.confirmable(), 15u);
  progress.Reach(12);
  EXPECT_EQ(progress.confirmable(), 15u) << "never backwards";
}

TEST(SourceProgressTest, WhatWasNotVisibleIsToldAgainBeforeItIsConfirmed) {
  SourceProgress progress;
  const uint64_t number = progress.Add(Of(10, 7), *Snapshot::Parse("7:9:7"));
  progress.Sent(number, 1, 1, {});
  progress.Answer(number);
  EXPECT_TRUE(progress.Settle().empty());
  EXPECT_TRUE(progress.BecomeVisible(*Snapshot::Parse("7:12:7,9")).empty());
  EXPECT_TRUE(progress.waits_for_visibility());
  const auto again = progress.BecomeVisible(*Snapshot::Parse("9:12:9"));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].number, number);
  EXPECT_EQ(again[0].transaction.writes.writes.size(), 1u);
  progress.Sent(number, 1, 1, {});
  EXPECT_TRUE(progress.Settle().empty()) << "the second result counts";
  progress.Answer(number);
  EXPECT_EQ(progress.Settle().size(), 1u);
  EXPECT_EQ(progress.confirmable(), 10u);
}

TEST(SourceProgressTest, ManyThatAreNotVisibleAreMergedAndNoneIsForgotten) {
  SourceProgress progress;
  const Snapshot stuck = *Snapshot::Parse("1:100000:1");
  const size_t all = SourceProgress::kMaxHeld + 500;
  for (size_t i = 0; i < all; ++i) {
    progress.Add(Of(10 + i, 200'000, absl::StrCat(i)), stuck);
  }
  const auto again = progress.BecomeVisible(*Snapshot::Parse("300000:300000:"));
  EXPECT_EQ(again.size(), SourceProgress::kMaxHeld);
  size_t writes = 0;
  for (const auto& one : again) writes += one.transaction.writes.writes.size();
  EXPECT_EQ(writes, all);
  progress.Settle();
  EXPECT_EQ(progress.confirmable(), 10 + all - 1);
}

TEST(SourceProgressTest, MemoryIsBoundedBehindOneThatIsNotVisible) {
  SourceProgress progress;
  progress.Add(Of(1, 7), *Snapshot::Parse("7:9:7"));
  const size_t all = 3 * SourceProgress::kMaxEntries;
  for (size_t i = 0; i < all; ++i) {
    const uint64_t number = progress.Add(Of(10 + i, 8), *Snapshot::Parse("7:9:7"));
    progress.Sent(number, 1, 1, {});
    progress.Answer(number);
    progress.Settle();
    EXPECT_LE(progress.entries(), SourceProgress::kMaxEntries + 1);
  }
  EXPECT_EQ(progress.confirmable(), 0u);
  EXPECT_EQ(progress.BecomeVisible(kSeesAll).size(), 1u);
  progress.Settle();
  EXPECT_EQ(progress.confirmable(), 10 + all - 1);
}

TEST(SourceProgressTest, AGapIsToldAgainWhenWhatRanThenHasEnded) {
  SourceProgress progress;
  progress.AddGap(*Snapshot::Parse("10:20:10"));
  progress.Reach(30);
  EXPECT_TRUE(progress.BecomeVisible(*Snapshot::Parse("19:25:19")).empty());
  progress.Settle();
  EXPECT_EQ(progress.confirmable(), 0u);
  const auto again = progress.BecomeVisible(*Snapshot::Parse("20:25:20"));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_TRUE(again[0].transaction.writes.everything);
  EXPECT_TRUE(progress.Settle().empty()) << "not a commit";
  EXPECT_EQ(progress.confirmable(), 30u);
}

}  // namespace
}  // namespace cache_invalidation::connect
