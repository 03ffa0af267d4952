// SPDX-License-Identifier: Apache-2.0

#include "server/shard/turns.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/time.h"

namespace cache_invalidation::shard {
namespace {

using ::testing::ElementsAre;

class TurnsTest : public testing::Test {
 protected:
  void Add(const std::string& name, int count = 1) {
    for (int i = 0; i < count; ++i) {
      auto submission = std::make_unique<Submission>();
      submission->namespace_name = name;
      turns_.Add(std::move(submission));
    }
  }

  // Works on a request of the next one; answers whose it was.
  std::string Work(absl::Duration time, bool finishes = true) {
    const std::string name = turns_.Next().namespace_name;
    turns_.Charge(time);
    if (finishes) {
      EXPECT_EQ(turns_.Finish()->namespace_name, name);
    }
    return name;
  }

  // As many at once, each as long as a turn.
  std::vector<std::string> WorkFor(int turns) {
    std::vector<std::string> names;
    for (int i = 0; i < turns; ++i) names.push_back(Work(kNamespaceTurn));
    return names;
  }

  Turns turns_;
};

TEST_F(TurnsTest, GivesOutWhatOneNamespaceHasInOrder) {
  for (size_t bytes : {1, 2, 3}) {
    auto submission = std::make_unique<Submission>();
    submission->size_bytes = bytes;
    turns_.Add(std::move(submission));
  }
  for (size_t bytes : {1, 2, 3}) {
    EXPECT_FALSE(turns_.empty());
    EXPECT_EQ(turns_.Next().size_bytes, bytes);
    turns_.Charge(absl::Seconds(1));
    EXPECT_EQ(turns_.Finish()->size_bytes, bytes);
  }
  EXPECT_TRUE(turns_.empty());
}

TEST_F(TurnsTest, NamespacesTakeTurns) {
  Add("a", 3);
  Add("b", 3);
  EXPECT_THAT(WorkFor(6), ElementsAre("a", "b", "a", "b", "a", "b"));
}

TEST_F(TurnsTest, ATurnHoldsManySmallRequests) {
  Add("a", 300);
  Add("b", 300);
  std::string first;
  for (int i = 0; i < 100; ++i) first += Work(kNamespaceTurn / 100);
  EXPECT_EQ(first, std::string(100, 'a'));
  EXPECT_EQ(Work(kNamespaceTurn / 100), "b");
}

// However much waits of another one: a request of its own is next but one.
TEST_F(TurnsTest, WhoComesLateWaitsForOneRequest) {
  Add("noisy", 1000);
  EXPECT_EQ(Work(absl::Milliseconds(100)), "noisy");
  Add("quiet");
  EXPECT_EQ(Work(absl::Milliseconds(1)), "quiet");
  EXPECT_EQ(Work(absl::Milliseconds(100)), "noisy");
  Add("quiet");
  EXPECT_EQ(Work(absl::Milliseconds(1)), "quiet");
}

// New names keep coming, ten of them waiting at any time: who has had a turn has another one when
// each that was there has had one, and those that came meanwhile.
TEST_F(TurnsTest, WhoHadATurnIsNotLeftBehindByThoseWhoCome) {
  Add("old", 2);
  int came = 0;
  const auto more_come = [&] { Add("new" + std::to_string(came++)); };
  for (int i = 0; i < 10; ++i) more_come();
  EXPECT_EQ(Work(kNamespaceTurn), "old");
  int before = 0;
  while (Work(kNamespaceTurn) != "old") {
    more_come();
    ASSERT_LE(++before, 3 * 11);
  }
}

// The time of one that took much is no debt of those that came later, nor one to them.
TEST_F(TurnsTest, WhoComesLateWaitsNoLongerBecauseOthersTookMuchBefore) {
  Add("noisy", 1000);
  for (int i = 0; i < 10; ++i) {
    Add("long");
    while (Work(kNamespaceTurn) != "long") {
    }
    Add("long");
    while (Work(10 * kNamespaceTurn) != "long") {
    }
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Work(kNamespaceTurn), "noisy");
  Add("quiet");
  EXPECT_EQ(Work(kNamespaceTurn), "quiet");
}

// What one command costs is not known beforehand: it is paid for afterwards.
TEST_F(TurnsTest, ALongRequestCostsManyTurns) {
  Add("long", 2);
  Add("short", 30);
  EXPECT_EQ(Work(20 * kNamespaceTurn), "long");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Work(kNamespaceTurn), "short") << i;
  EXPECT_EQ(Work(kNamespaceTurn), "long");
}

// Running out of requests for a moment does not settle it.
TEST_F(TurnsTest, WhatWasUsedIsKeptWhileOthersWait) {
  Add("long");
  Add("short", 30);
  EXPECT_EQ(Work(20 * kNamespaceTurn), "long");
  EXPECT_EQ(Work(kNamespaceTurn), "short");
  Add("long");
  for (int i = 1; i < 20; ++i) EXPECT_EQ(Work(kNamespaceTurn), "short") << i;
  EXPECT_EQ(Work(kNamespaceTurn), "long");
}

TEST_F(TurnsTest, NobodySavesUp) {
  Add("busy", 100);
  WorkFor(50);
  Add("idle", 100);
  EXPECT_THAT(WorkFor(4), ElementsAre("idle", "busy", "idle", "busy"));
}

TEST_F(TurnsTest, NobodyOwesAnythingOnceNothingWaits) {
  Add("long");
  EXPECT_EQ(Work(absl::Seconds(1)), "long");
  Add("long", 2);
  Add("short", 2);
  EXPECT_THAT(WorkFor(4), ElementsAre("long", "short", "long", "short"));
}

TEST_F(TurnsTest, OthersComeBetweenTheRequestsOfOneSubmission) {
  Add("stream");
  EXPECT_EQ(Work(kNamespaceTurn, /*finishes=*/false), "stream");
  Add("other");
  EXPECT_EQ(Work(kNamespaceTurn), "other");
  EXPECT_EQ(Work(kNamespaceTurn), "stream");
  EXPECT_TRUE(turns_.empty());
}

// A clock that stands, in a test, or is coarse, must not let one have everything.
TEST_F(TurnsTest, TurnsEndUnderAClockThatStands) {
  Add("noisy", 1000);
  EXPECT_EQ(Work(absl::ZeroDuration()), "noisy");
  Add("quiet");
  int before = 0;
  while (Work(absl::ZeroDuration()) == "noisy") ++before;
  EXPECT_LE(before, kNamespaceTurn / absl::Microseconds(1));
}

}  // namespace
}  // namespace cache_invalidation::shard
