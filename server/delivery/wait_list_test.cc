// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/wait_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/session_table.h"

namespace cache_invalidation::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kLease = absl::Seconds(10);
constexpr absl::Duration kLeaseEnd = absl::Milliseconds(11'100);

class WaitListTest : public testing::Test {
 protected:
  // A subscriber that has applied everything up to `applied`; came at head 0.
  void Subscribe(const std::string& name, uint64_t applied, bool acknowledges = true,
                 absl::Duration lease = kLease, uint64_t head = 0) {
    AttachedSession attached =
        *table_.Attach({"shop", name, "i"}, {acknowledges, lease}, head, now_);
    attached.session->SetApplied(attached.attachment.stream, applied);
    streams_[name] = std::move(attached);
  }

  // The subscriber has applied that much; as its stream does, tells the list if it asked.
  void Apply(const std::string& name, uint64_t revision) {
    const AttachedSession& attached = streams_.at(name);
    if (attached.session->SetApplied(attached.attachment.stream, revision)) {
      list_->Look(*attached.session, now_);
    }
  }

  void Renew(const std::string& name) {
    const AttachedSession& attached = streams_.at(name);
    attached.session->Renew(attached.attachment.stream, now_);
  }

  uint64_t Wait(uint64_t revision, std::optional<absl::Duration> timeout = std::nullopt) {
    return Wait(revision, WaitLimit{.timeout = timeout});
  }
  uint64_t Wait(uint64_t revision, const WaitLimit& limit) {
    return list_->Add(revision, table_.Of("shop"), limit, now_, [](WaitOutcome) {});
  }

  void Pass(absl::Duration time) {
    now_ += time;
    list_->Advance(now_);
  }

  // The one wait that has finished since.
  WaitOutcome Finished() {
    std::vector<WaitList::Finished> finished = list_->TakeFinished();
    EXPECT_EQ(finished.size(), 1u);
    return finished.empty() ? WaitOutcome() : std::move(finished.front().outcome);
  }

  void ExpectNothingLeft() {
    EXPECT_EQ(list_->waits(), 0u);
    EXPECT_EQ(list_->watched(), 0u);
    EXPECT_EQ(list_->next_deadline(), absl::InfiniteDuration());
    for (const auto& [name, attached] : streams_) {
      const uint64_t next = attached.session->state().applied + 1;
      EXPECT_FALSE(attached.session->SetApplied(attached.attachment.stream, next)) << name;
    }
  }

  absl::Duration now_ = absl::Seconds(100);
  SessionTable table_;
  std::map<std::string, AttachedSession> streams_;
  std::unique_ptr<WaitList> list_ = std::make_unique<WaitList>(-absl::InfiniteDuration());
};

TEST_F(WaitListTest, WithoutSubscribersThereIsNobodyToWaitFor) {
  Wait(5);
  const WaitOutcome outcome = Finished();
  EXPECT_THAT(outcome.waited_for, IsEmpty());
  EXPECT_EQ(outcome.waited, absl::ZeroDuration());
  ExpectNothingLeft();
}

TEST_F(WaitListTest, FinishesWhenTheLastSubscriberHasAppliedIt) {
  Subscribe("b", 4);
  Subscribe("a", 5);
  Subscribe("c", 3);
  Wait(5);
  EXPECT_FALSE(list_->HasFinished());
  Pass(absl::Seconds(1));
  Apply("c", 5);
  EXPECT_FALSE(list_->HasFinished());
  Pass(absl::Seconds(1));
  Apply("b", 9);
  const WaitOutcome outcome = Finished();
  EXPECT_THAT(outcome.waited_for, ElementsAre("a", "b", "c"));
  EXPECT_THAT(outcome.lapsed, IsEmpty());
  EXPECT_THAT(outcome.late, IsEmpty());
  EXPECT_EQ(outcome.not_acknowledging, 0u);
  EXPECT_EQ(outcome.waited, absl::Seconds(2));
  ExpectNothingLeft();
}

TEST_F(WaitListTest, ALeaseThatEndsEndsTheWait) {
  Subscribe("a", 4);
  Pass(absl::Seconds(2));
  Wait(5);
  EXPECT_EQ(list_->next_deadline(), absl::Seconds(100) + kLeaseEnd);
  Renew("a");
  Pass(kLeaseEnd - absl::Seconds(2));
  EXPECT_FALSE(list_->HasFinished()) << "it was renewed";
  Pass(absl::Seconds(2));
  EXPECT_THAT(Finished().lapsed, ElementsAre("a"));
  ExpectNothingLeft();
}

TEST_F(WaitListTest, TheTimeoutNamesWhoIsLate) {
  Subscribe("a", 4);
  Subscribe("b", 4);
  Wait(5, absl::Seconds(3));
  Apply("a", 5);
  Pass(absl::Seconds(3));
  const WaitOutcome outcome = Finished();
  EXPECT_THAT(outcome.waited_for, ElementsAre("a", "b"));
  EXPECT_THAT(outcome.late, ElementsAre("b"));
  EXPECT_THAT(outcome.lapsed, IsEmpty());
  ExpectNothingLeft();
}

TEST_F(WaitListTest, TheDefaultTimeoutIsTheLongestLeaseWithItsMargin) {
  Subscribe("a", 4, true, absl::Seconds(20));
  Subscribe("b", 4);
  Wait(5);
  for (int i = 0; i < 22; ++i) {
    Pass(absl::Seconds(1));
    Renew("a");
    Renew("b");
  }
  EXPECT_FALSE(list_->HasFinished());
  Pass(absl::Milliseconds(100));
  EXPECT_THAT(Finished().late, ElementsAre("a", "b")) << "they renew, and acknowledge nothing";
}

TEST_F(WaitListTest, WhatTheCallHasLeftBoundsEveryTimeout) {
  Subscribe("a", 4);
  Wait(5, WaitLimit{.timeout = absl::Seconds(3), .at_most = absl::Seconds(2)});
  Wait(5, WaitLimit{.at_most = absl::Seconds(2)});
  Pass(absl::Seconds(2) - absl::Nanoseconds(1));
  EXPECT_FALSE(list_->HasFinished());
  Pass(absl::Nanoseconds(1));
  for (const WaitList::Finished& wait : list_->TakeFinished()) {
    EXPECT_THAT(wait.outcome.late, ElementsAre("a"));
  }
  ExpectNothingLeft();
}

TEST_F(WaitListTest, WhatTheCallHasLeftMakesNoWaitLonger) {
  Subscribe("a", 4);
  Wait(5, WaitLimit{.timeout = absl::Seconds(3), .at_most = absl::Seconds(4)});
  Pass(absl::Seconds(3));
  EXPECT_THAT(Finished().late, ElementsAre("a"));
  Wait(5, WaitLimit{.at_most = absl::Hours(1)});
  for (absl::Duration passed; passed < kLeaseEnd; passed += absl::Milliseconds(100)) {
    Renew("a");
    Pass(absl::Milliseconds(100));
  }
  EXPECT_THAT(Finished().late, ElementsAre("a")) << "it renews, and acknowledges nothing";
}

TEST_F(WaitListTest, ACallThatHasNothingLeftDoesNotWait) {
  Subscribe("a", 4);
  Wait(5, WaitLimit{.at_most = absl::ZeroDuration()});
  list_->Advance(now_);
  EXPECT_THAT(Finished().late, ElementsAre("a"));
  ExpectNothingLeft();
}

TEST_F(WaitListTest, WhoDoesNotAcknowledgeIsCountedAndNotWaitedFor) {
  Subscribe("a", 0, false);
  Subscribe("b", 0, false);
  Wait(5);
  const WaitOutcome outcome = Finished();
  EXPECT_EQ(outcome.not_acknowledging, 2u);
  EXPECT_THAT(outcome.waited_for, IsEmpty());
}

// The cache of the stream before may serve until its lease ends, whatever the new stream says.
TEST_F(WaitListTest, ANewStreamThatDoesNotAcknowledgeDoesNotEndTheLeaseBefore) {
  Subscribe("a", 4);
  Pass(absl::Seconds(1));
  Subscribe("a", 9, /*acknowledges=*/false);
  Renew("a");
  Wait(5);
  Apply("a", 10);
  Pass(kLeaseEnd - absl::Seconds(2));
  EXPECT_FALSE(list_->HasFinished());
  Pass(absl::Seconds(1));
  EXPECT_THAT(Finished().lapsed, ElementsAre("a"));
  // From then on it is one that does not acknowledge.
  Renew("a");
  Wait(6);
  EXPECT_EQ(Finished().not_acknowledging, 1u);
  ExpectNothingLeft();
}

TEST_F(WaitListTest, WhoseLeaseHasEndedIsNotWaitedFor) {
  Subscribe("a", 4);
  Subscribe("b", 4, false);
  Pass(kLeaseEnd);
  Wait(5);
  const WaitOutcome outcome = Finished();
  EXPECT_THAT(outcome.waited_for, IsEmpty());
  EXPECT_EQ(outcome.not_acknowledging, 0u);
}

TEST_F(WaitListTest, WhoCameAfterTheRevisionIsNotWaitedFor) {
  Subscribe("before", 4, true, kLease, 4);
  Subscribe("after", 0, true, kLease, 5);
  Wait(5);
  Apply("before", 5);
  EXPECT_THAT(Finished().waited_for, ElementsAre("before"));
}

TEST_F(WaitListTest, WhoComesLaterIsNotWaitedFor) {
  Subscribe("a", 4);
  Wait(5);
  Subscribe("b", 4);
  Apply("a", 5);
  EXPECT_THAT(Finished().waited_for, ElementsAre("a"));
}

TEST_F(WaitListTest, ALeaseThatEndedUnseenHasEnded) {
  Subscribe("a", 4);
  Wait(5, absl::Minutes(1));
  now_ += kLeaseEnd;
  Renew("a");
  Wait(6, absl::Minutes(1));
  EXPECT_THAT(Finished().lapsed, ElementsAre("a")) << "the first wait";
  Apply("a", 6);
  const WaitOutcome outcome = Finished();
  EXPECT_THAT(outcome.waited_for, ElementsAre("a"));
  EXPECT_THAT(outcome.lapsed, IsEmpty());
  ExpectNothingLeft();
}

TEST_F(WaitListTest, EachWaitHasItsOwnRevision) {
  Subscribe("a", 4);
  Wait(7);
  Wait(5);
  Wait(6);
  Apply("a", 5);
  EXPECT_EQ(list_->TakeFinished().size(), 1u);
  Apply("a", 6);
  EXPECT_EQ(list_->TakeFinished().size(), 1u);
  EXPECT_EQ(list_->waits(), 1u);
  EXPECT_EQ(list_->watched(), 1u);
  Apply("a", 7);
  EXPECT_EQ(list_->TakeFinished().size(), 1u);
  ExpectNothingLeft();
}

TEST_F(WaitListTest, ACancelledWaitLeavesNothingBehind) {
  Subscribe("a", 4);
  const uint64_t wait = Wait(5);
  EXPECT_TRUE(list_->Cancel(wait));
  EXPECT_FALSE(list_->Cancel(wait));
  EXPECT_FALSE(list_->HasFinished());
  ExpectNothingLeft();
  const uint64_t finished = Wait(4);
  EXPECT_FALSE(list_->Cancel(finished));
  EXPECT_TRUE(list_->HasFinished());
}

TEST_F(WaitListTest, EveryWaitCanBeEnded) {
  Subscribe("a", 4);
  Subscribe("b", 4);
  Wait(5);
  Wait(6);
  const AttachedSession& b = streams_.at("b");
  b.session->SetApplied(b.attachment.stream, 6);  // and nobody was told
  list_->EndAll(now_);
  const std::vector<WaitList::Finished> finished = list_->TakeFinished();
  ASSERT_EQ(finished.size(), 2u);
  for (const WaitList::Finished& wait : finished) {
    EXPECT_THAT(wait.outcome.waited_for, ElementsAre("a", "b"));
    EXPECT_THAT(wait.outcome.late, ElementsAre("a"));
  }
  ExpectNothingLeft();
}

TEST_F(WaitListTest, WaitsForStrangersUntilTheirLeasesHaveEnded) {
  list_ = std::make_unique<WaitList>(now_ + absl::Seconds(66));
  Subscribe("a", 5);
  Wait(5);
  EXPECT_EQ(list_->next_deadline(), now_ + absl::Seconds(66));
  Wait(5, absl::Seconds(1));
  Pass(absl::Seconds(1));
  const WaitOutcome early = Finished();
  EXPECT_TRUE(early.unknown_late);
  EXPECT_THAT(early.late, IsEmpty());
  Pass(absl::Seconds(65));
  const WaitOutcome outcome = Finished();
  EXPECT_FALSE(outcome.unknown_late);
  EXPECT_THAT(outcome.waited_for, ElementsAre("a"));
  Wait(5);
  EXPECT_EQ(Finished().waited, absl::ZeroDuration());
  ExpectNothingLeft();
}

TEST_F(WaitListTest, InDoubtWhetherThereAreStrangersItSaysSoAndDoesNotWait) {
  list_ = std::make_unique<WaitList>(-absl::InfiniteDuration(), now_ + absl::Seconds(66));
  Wait(5);
  const WaitOutcome early = Finished();
  EXPECT_EQ(early.waited, absl::ZeroDuration());
  EXPECT_TRUE(early.unknown_late);
  EXPECT_THAT(early.late, IsEmpty());
  Pass(absl::Seconds(66));
  Wait(5);
  EXPECT_FALSE(Finished().unknown_late);
  ExpectNothingLeft();
}

TEST_F(WaitListTest, StrangersCanBecomeKnownWhileItWaits) {
  Subscribe("a", 4);
  Wait(5, absl::Minutes(2));
  list_->ExpectStrangers(now_ + absl::Seconds(66));
  list_->ExpectStrangers(now_ + absl::Seconds(10));  // no news
  Apply("a", 5);
  EXPECT_FALSE(list_->HasFinished()) << "of the pending wait, too";
  Wait(5);
  Pass(absl::Seconds(65));
  EXPECT_FALSE(list_->HasFinished());
  Pass(absl::Seconds(1));
  EXPECT_EQ(list_->TakeFinished().size(), 2u);
  ExpectNothingLeft();
}

TEST_F(WaitListTest, NamesAreListedOnceForEachSession) {
  for (const char* instance : {"1", "2", "3"}) {
    ASSERT_TRUE(table_.Attach({"shop", "web", instance}, {true, kLease}, 0, now_).ok());
  }
  Wait(5, absl::Seconds(1));
  Pass(absl::Seconds(1));
  EXPECT_THAT(Finished().late, ElementsAre("web", "web", "web"));
}

}  // namespace
}  // namespace cache_invalidation::delivery
