// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/lease_record.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::delivery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kUntil = absl::Seconds(66);
const EarlierLeases kUnknown = {.longest = absl::Seconds(60), .until = kUntil};
const EarlierLeases kNone;

class LeaseRecordTest : public testing::Test {
 protected:
  void Make(const EarlierLeases& earlier) {
    record_ = std::make_unique<LeaseRecord>(earlier, [this](commit::Group group) {
      EXPECT_TRUE(group.sync);
      if (stopped_) return false;
      submitted_.push_back(std::move(group));
      return true;
    });
  }

  // Whether it may be told at once; otherwise its name joins `granted_` when it may.
  bool Grant(const std::string& name, absl::Duration lease, absl::Duration now = {}) {
    return record_->Grant(lease, now, [this, name] { granted_.push_back(name); });
  }

  // The oldest group that was submitted becomes durable, or the store fails. Answers the value.
  absl::Duration Commit(bool durable = true) {
    commit::Group group = std::move(submitted_.front());
    submitted_.erase(submitted_.begin());
    for (auto& completion : group.completions) completion(durable);
    const auto& value = group.batch.server_values.front();
    EXPECT_EQ(value.name, kLongestLeaseName);
    return DecodeLongestLease(value.value);
  }

  std::unique_ptr<LeaseRecord> record_;
  std::vector<commit::Group> submitted_;
  std::vector<std::string> granted_;
  bool stopped_ = false;
};

TEST_F(LeaseRecordTest, ALeaseIsToldOnceTheStoreHasIt) {
  Make(kNone);
  EXPECT_FALSE(Grant("a", absl::Seconds(10)));
  EXPECT_THAT(granted_, IsEmpty());
  EXPECT_EQ(Commit(), absl::Seconds(10));
  EXPECT_THAT(granted_, ElementsAre("a"));
  EXPECT_TRUE(Grant("b", absl::Seconds(10)));
  EXPECT_TRUE(Grant("c", absl::Seconds(1)));
  EXPECT_THAT(submitted_, IsEmpty());
}

TEST_F(LeaseRecordTest, ALongerOneWaitsAndAShorterOneDoesNot) {
  Make(kNone);
  EXPECT_FALSE(Grant("a", absl::Seconds(10)));
  EXPECT_FALSE(Grant("longer", absl::Seconds(20)));
  Commit();
  EXPECT_THAT(granted_, ElementsAre("a"));
  EXPECT_TRUE(Grant("shorter", absl::Seconds(5)));
  EXPECT_EQ(Commit(), absl::Seconds(20));
  EXPECT_THAT(granted_, ElementsAre("a", "longer"));
}

TEST_F(LeaseRecordTest, WhatMayRunOfEarlierOnesStaysNotedUntilTheyHaveEnded) {
  Make(kUnknown);
  EXPECT_FALSE(Grant("a", absl::Seconds(10)));
  EXPECT_EQ(Commit(), absl::Seconds(60));
  EXPECT_TRUE(Grant("b", absl::Seconds(20), kUntil - absl::Seconds(1)));
  EXPECT_THAT(submitted_, IsEmpty());
  // Then it shrinks to the longest of this server, and nobody has to wait for that.
  EXPECT_TRUE(Grant("c", absl::Seconds(10), kUntil));
  EXPECT_EQ(Commit(), absl::Seconds(20));
}

TEST_F(LeaseRecordTest, WhileTheNoteShrinksALongerLeaseWaitsForTheNoteAfterIt) {
  Make(kUnknown);
  Grant("a", absl::Seconds(10));
  Commit();
  EXPECT_TRUE(Grant("b", absl::Seconds(10), kUntil));
  EXPECT_FALSE(Grant("longer", absl::Seconds(30), kUntil));
  EXPECT_EQ(Commit(), absl::Seconds(10));
  EXPECT_THAT(granted_, ElementsAre("a"));
  EXPECT_EQ(Commit(), absl::Seconds(30));
  EXPECT_THAT(granted_, ElementsAre("a", "longer"));
}

TEST_F(LeaseRecordTest, AStrangerShowsThatThereMayBeEarlierOnesAfterAll) {
  EarlierLeases doubtful = kNone;
  doubtful.doubt_longest = absl::Seconds(60);
  doubtful.doubt_until = kUntil;
  Make(doubtful);
  EXPECT_FALSE(Grant("a", absl::Seconds(10)));
  EXPECT_EQ(Commit(), absl::Seconds(10));
  EXPECT_EQ(record_->OnStranger(absl::Seconds(1)), kUntil);
  EXPECT_EQ(record_->OnStranger(absl::Seconds(2)), std::nullopt) << "that is known";
  EXPECT_TRUE(Grant("b", absl::Seconds(10), absl::Seconds(2)));
  EXPECT_EQ(Commit(), absl::Seconds(60));
}

TEST_F(LeaseRecordTest, AStrangerThatComesLateShowsNothing) {
  EarlierLeases doubtful = kNone;
  doubtful.doubt_longest = absl::Seconds(60);
  doubtful.doubt_until = kUntil;
  Make(doubtful);
  EXPECT_EQ(record_->OnStranger(kUntil), std::nullopt);
  Make(kUnknown);
  EXPECT_EQ(record_->OnStranger(absl::Seconds(1)), std::nullopt);
}

TEST_F(LeaseRecordTest, ADoubtIsOnRecordUntilItHasPassed) {
  EarlierLeases doubtful = kNone;
  doubtful.doubt_longest = absl::Seconds(60);
  doubtful.doubt_until = kUntil;
  Make(doubtful);
  EXPECT_FALSE(Grant("a", absl::Seconds(10)));
  EXPECT_EQ(submitted_.front().batch.server_values.size(), 1u);
  Commit();
  EXPECT_TRUE(Grant("b", absl::Seconds(10), kUntil));
  ASSERT_EQ(submitted_.size(), 1u);
  ASSERT_EQ(submitted_.front().batch.server_values.size(), 2u);
  EXPECT_EQ(submitted_.front().batch.server_values[1].name, kDoubtedLeaseName);
  EXPECT_EQ(DecodeLongestLease(submitted_.front().batch.server_values[1].value),
            absl::ZeroDuration());
  Commit();
  EXPECT_TRUE(Grant("c", absl::Seconds(10), kUntil));
  EXPECT_THAT(submitted_, IsEmpty());
}

// Each write is synced, whatever the durability is, and any client can choose its lease.
TEST_F(LeaseRecordTest, LeasesThatDifferByNanosecondsCauseOneWrite) {
  Make(kNone);
  for (int i = 1; i <= 1000; ++i) {
    EXPECT_FALSE(Grant("a", absl::Seconds(1) + absl::Nanoseconds(i)));
  }
  ASSERT_EQ(submitted_.size(), 1u);
  EXPECT_EQ(Commit(), absl::Seconds(2));
  EXPECT_EQ(granted_.size(), 1000u);
}

TEST_F(LeaseRecordTest, WhatTheStoreSaysAlreadyIsNotSaidAgain) {
  Make({.noted = absl::Seconds(10), .longest = absl::Seconds(10), .until = kUntil});
  EXPECT_TRUE(Grant("a", absl::Seconds(10)));
  EXPECT_THAT(submitted_, IsEmpty());
}

TEST_F(LeaseRecordTest, NothingIsGrantedByAStoreThatFailsOrAServerThatStops) {
  Make(kNone);
  EXPECT_FALSE(Grant("a", absl::Seconds(10)));
  Commit(false);
  stopped_ = true;
  EXPECT_FALSE(Grant("b", absl::Seconds(20)));
  EXPECT_THAT(granted_, IsEmpty());
}

TEST(LongestLeaseTest, IsReadAsItWasWrittenAndNeverShorter) {
  EXPECT_EQ(DecodeLongestLease(EncodeLongestLease(absl::Seconds(60))), absl::Seconds(60));
  EXPECT_EQ(DecodeLongestLease(EncodeLongestLease(absl::Nanoseconds(1))), absl::Milliseconds(1));
  EXPECT_EQ(DecodeLongestLease(""), absl::ZeroDuration());
  EXPECT_EQ(DecodeLongestLease("-5"), absl::ZeroDuration());
}

}  // namespace
}  // namespace cache_invalidation::delivery
