// SPDX-License-Identifier: Apache-2.0

// What a server knows after a restart: after it was stopped cleanly, killed, or its machine failed.

#include <chrono>
#include <cstdint>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/persistence/persistent_server.h"
#include "tests/support/http_get.h"

namespace cache_invalidation {
namespace {

using ::testing::ElementsAre;

class RestartTest : public PersistentServerTest {
 protected:
  RestartTest() { http_address_ = "127.0.0.1:0"; }

  void Write(const std::string& type, const std::string& id) {
    Ok(*writes_, &Writes::InvalidateByWrite,
       absl::StrCat("write { resource_type: '", type, "' resource_id: '", id, "' }"));
  }
  void Track(const std::string& entry) {
    Ok(*entries_, &Entries::TrackEntries, absl::StrCat("entries { ", entry, " }"));
  }
  v1::EntryState StateOf(const std::string& key) {
    return Ok(*entries_, &Entries::LookupEntry, absl::StrCat("key: '", key, "'")).state();
  }
  v1::InvalidationStats StatsNow() { return Ok(*stats_, &Stats::GetInvalidationStats, "").stats(); }

  // An acknowledging subscriber comes, is granted a lease, and goes. Answers its seconds.
  int64_t SubscribeForMoment(const std::string& name, int64_t lease_seconds,
                             const std::string& resumes_in_epoch = "") {
    grpc::ClientContext context;
    const auto stream = subscriptions_->Subscribe(&context);
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_name(name);
    request.mutable_subscription()->set_acknowledges(true);
    request.mutable_subscription()->mutable_lease()->set_seconds(lease_seconds);
    if (!resumes_in_epoch.empty()) {
      request.mutable_subscription()->mutable_start_after()->set_epoch(resumes_in_epoch);
    }
    stream->Write(request);
    v1::SubscribeResponse response;
    EXPECT_TRUE(stream->Read(&response));
    context.TryCancel();
    (void)stream->Finish();
    return response.started().lease().seconds();
  }

  // The times of the events after `start`, up to that revision.
  std::vector<absl::Time> TimesAfter(const v1::Position& start, uint64_t until) {
    grpc::ClientContext context;
    const auto stream = subscriptions_->Subscribe(&context);
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_name("reader");
    *request.mutable_subscription()->mutable_start_after() = start;
    stream->Write(request);
    std::vector<absl::Time> times;
    for (uint64_t seen = start.revision(); seen < until;) {
      v1::SubscribeResponse response;
      if (!stream->Read(&response)) break;
      for (const v1::Event& event : response.events()) {
        EXPECT_TRUE(event.has_time());
        times.push_back(absl::FromUnixSeconds(event.time().seconds()) +
                        absl::Nanoseconds(event.time().nanos()));
        seen = event.revision();
      }
    }
    context.TryCancel();
    (void)stream->Finish();
    return times;
  }

  bool ACallWaits() const {
    return absl::StrContains(testing::HttpGet(server_->http_port(), "/metrics").body,
                             "\ncache_invalidation_waiting_calls 1\n");
  }

  // Whether a call that waits for subscribers has to reckon with some that nobody knows, so long
  // after now. Moves the clock there, and on by the call's timeout.
  bool MayHaveStrangers(absl::Duration after) {
    clock_.Advance(after);
    auto call = std::async(std::launch::async, [this] {
      return Ok(*invalidations_, &Invalidations::Invalidate,
                "tags: 't' wait_for_subscribers: true wait_timeout { nanos: 1000000 }");
    });
    const auto is_over = [&call] {
      return call.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    // The timeout begins when the call waits, and it need not wait.
    while (!is_over() && !ACallWaits()) std::this_thread::yield();
    if (!is_over()) clock_.Advance(absl::Milliseconds(1));
    return call.get().waiting().unknown_late();
  }

  // Something of every kind that is kept, all of it settled.
  void FillWithEverything() {
    Ok(*rules_, &Rules::RegisterRule,
       "rule { name: 'sessions' trigger_tags: 'user' invalidate_tags: 'session:{resource_id}' "
       "priority: 5 description: 'd' }");
    Ok(*rules_, &Rules::RegisterRule,
       "rule { name: 'off' trigger_tags: 'user' invalidate_tags: 'x' pattern: 'page:.*' "
       "strategy: INVALIDATION_STRATEGY_LAZY }");
    Ok(*relationships_, &Relationships::RegisterRelationship,
       "relationship { name: 'orders' source_type: 'user' target_types: 'order' "
       "cardinality: CARDINALITY_ONE_TO_MANY cascade_depth: 2 "
       "target_tag_template: 'order:list:{resource_id}' }");
    Ok(*dependencies_, &Dependencies::AddCacheDependency,
       "key: 'report' depends_on_tags: 'order:list:1' depends_on_keys: 'page:1' ttl { seconds: 90 "
       "}");
    Track("key: 'fresh' tags: 'order:1' ttl { seconds: 600 }");
    Track("key: 'page:1' tags: 'page' depends_on: 'fresh'");
    Track("key: 'evicted' tags: 'session:1'");
    Track("key: 'marked' tags: 'lazy:1'");
    Write("user", "1");
    Ok(*invalidations_, &Invalidations::Invalidate,
       "tags: 'lazy:1' strategy: INVALIDATION_STRATEGY_LAZY");
    Ok(*invalidations_, &Invalidations::SetBatchDelay, "delay { seconds: 7 }");
  }

  const std::vector<std::string> keys_ = {"fresh", "page:1", "evicted", "marked", "report"};
};

TEST_F(RestartTest, KnowsWhichFillStandsAndWhichFillsDiffered) {
  Start();
  Track("key: 'shared' tags: 'a:1' fill_id: 'first'");
  Track("key: 'shared' tags: 'b:1' fill_id: 'second'");
  Stop();
  Start();
  EXPECT_EQ(Ok(*entries_, &Entries::LookupEntry, "key: 'shared'").fill_id(), "second");
  // Not every copy carries the tag: the key is named as well.
  EXPECT_EQ(Ok(*invalidations_, &Invalidations::Invalidate, "tags: 'a:1'").invalidations(), 2u);
}

TEST_F(RestartTest, KnowsEverythingItKnew) {
  Start();
  FillWithEverything();
  const std::string before = Picture(keys_);
  EXPECT_EQ(StateOf("fresh"), v1::ENTRY_STATE_FRESH);
  EXPECT_EQ(StateOf("page:1"), v1::ENTRY_STATE_STALE);
  EXPECT_EQ(StateOf("evicted"), v1::ENTRY_STATE_ABSENT);
  EXPECT_EQ(StateOf("marked"), v1::ENTRY_STATE_STALE);
  Restart();
  EXPECT_EQ(Picture(keys_), before);
  const auto delay = Ok(*invalidations_, &Invalidations::SetBatchDelay, "delay { seconds: 7 }");
  EXPECT_EQ(delay.previous_delay().seconds(), 7);
  Kill();
  Start();
  EXPECT_EQ(Picture(keys_), before) << "a kill takes no more than a stop";
}

TEST_F(RestartTest, ActsAsItWouldHave) {
  Start();
  FillWithEverything();
  const v1::Position position = Position();
  Restart();
  Write("user", "1");
  EXPECT_THAT(Resume(position, Position().revision()),
              ElementsAre("3 evict tag user:#all", "3 evict tag user:1", "3 evict tag order:list:1",
                          "3 evict tag session:1", "3 stale tag x", "3 stale pattern page:.*",
                          "3 evict key report"));
}

TEST_F(RestartTest, FlushesWhatWasPendingWhenItWasKilled) {
  Start();
  Ok(*invalidations_, &Invalidations::SetBatchDelay, "delay { seconds: 60 }");
  Track("key: 'k' tags: 'late:1'");
  const v1::Position before = Position();
  Ok(*invalidations_, &Invalidations::ScheduleBatchInvalidation, "tags: 'late' keys: 'other'");
  EXPECT_EQ(StatsNow().pending_targets(), 2u);
  EXPECT_EQ(StateOf("k"), v1::ENTRY_STATE_FRESH);
  Kill();
  Start();
  EXPECT_THAT(Resume(before, before.revision() + 1),
              ElementsAre("1 evict tag late", "1 evict key other"));
  EXPECT_EQ(StatsNow().pending_targets(), 0u);
  EXPECT_EQ(StateOf("k"), v1::ENTRY_STATE_ABSENT);
}

TEST_F(RestartTest, SubscribersResumeWhereTheyWere) {
  for (const Durability durability : {Durability::kSync, Durability::kAsync}) {
    options_.durability = durability;
    Start();
    Write("user", "1");
    const v1::Position start = Position();
    Write("user", "2");
    Restart();
    Write("user", "3");
    Kill();
    Start();
    Write("user", "4");
    EXPECT_EQ(Position().epoch(), start.epoch());
    std::vector<std::string> expected;
    for (uint64_t away = 1; away <= 3; ++away) {
      const std::string revision = absl::StrCat(start.revision() + away);
      expected.push_back(revision + " evict tag user:#all");
      expected.push_back(absl::StrCat(revision, " evict tag user:", away + 1));
    }
    EXPECT_EQ(Resume(start, Position().revision()), expected);
    Stop();
  }
}

// What was synced is there whatever the machine does; what was not may be lost, and nobody can
// tell.
TEST_F(RestartTest, TheEndOfTheMachineEndsTheEpochOnlyOfUnsyncedWrites) {
  const struct {
    Durability durability;
    bool clean;
    bool goes_on;
  } rows[] = {{Durability::kSync, true, true},
              {Durability::kSync, false, true},
              {Durability::kAsync, true, true},
              {Durability::kAsync, false, false}};
  int boot = 0;
  for (const auto& row : rows) {
    options_.durability = row.durability;
    Start();
    Track("key: 'k' tags: 't'");
    Ok(*rules_, &Rules::RegisterRule,
       "rule { name: 'r' trigger_tags: 'a' invalidate_tags: 'b:{resource_id}' }");
    Write("user", "1");
    const v1::Position start = Position();
    row.clean ? Stop() : Kill();
    options_.boot_id = absl::StrCat("boot ", ++boot);
    Start();
    EXPECT_EQ(Position().epoch() == start.epoch(), row.goes_on) << boot;
    EXPECT_EQ(server_->epoch_decision() == EpochDecision::kGoesOn, row.goes_on) << boot;
    EXPECT_EQ(Ok(*rules_, &Rules::ListRules, "").rules_size(), 1) << "declarations are trusted";
    EXPECT_EQ(StateOf("k"), row.goes_on ? v1::ENTRY_STATE_FRESH : v1::ENTRY_STATE_ABSENT);
    if (!row.goes_on) {
      EXPECT_THAT(Resume(start, Position().revision()), ElementsAre("reset RESET_REASON_EPOCH"));
      EXPECT_GT(Position().revision(), start.revision()) << "revisions go on all the same";
    }
    Stop();
  }
}

// The longest lease of all, and its margin.
constexpr absl::Duration kLongestLeaseOfAll = absl::Milliseconds(66'100);
// The same of two seconds.
constexpr absl::Duration kTwoSecondLease = absl::Milliseconds(2'300);

TEST_F(RestartTest, CallsThatWaitWaitOutTheLongestLeaseThatWasGranted) {
  longest_earlier_lease_ = absl::ZeroDuration();
  Start();
  EXPECT_EQ(SubscribeForMoment("first", 2), 2);
  EXPECT_FALSE(MayHaveStrangers(absl::ZeroDuration())) << "it is known to be the first server";
  longest_earlier_lease_ = std::nullopt;
  EXPECT_EQ(SubscribeForMoment("second", 1), 1);
  Write("user", "1");  // is stored behind the note of the lease, which a shorter one need not await
  Kill();
  Start();
  EXPECT_FALSE(MayHaveStrangers(kTwoSecondLease)) << "two seconds were the longest";
  Restart();
  EXPECT_FALSE(MayHaveStrangers(kTwoSecondLease));
}

// The directory is new, but perhaps not the system: it may have had a server with another one.
TEST_F(RestartTest, WithANewDirectoryCallsSayThatTheyAreInDoubtAlsoAfterACrash) {
  Start();
  EXPECT_TRUE(MayHaveStrangers(absl::Seconds(1)));
  SubscribeForMoment("first", 2);
  Kill();
  Start();
  EXPECT_TRUE(MayHaveStrangers(kTwoSecondLease));
  EXPECT_FALSE(MayHaveStrangers(kLongestLeaseOfAll));
}

TEST_F(RestartTest, WhatANewEpochAssumedIsKnownToTheNextStart) {
  longest_earlier_lease_ = absl::ZeroDuration();
  Start();
  SubscribeForMoment("first", 2);
  Kill();
  longest_earlier_lease_ = std::nullopt;
  options_.new_epoch = true;
  Start();
  Kill();
  options_.new_epoch = false;
  Start();
  EXPECT_TRUE(MayHaveStrangers(kTwoSecondLease)) << "the record was not to be trusted";
  EXPECT_FALSE(MayHaveStrangers(kLongestLeaseOfAll));
}

TEST_F(RestartTest, CallsThatWaitReckonWithStrangersOnceOneHasTurnedUp) {
  Start();
  EXPECT_TRUE(MayHaveStrangers(absl::Seconds(1)));
  EXPECT_EQ(SubscribeForMoment("stranger", 2, "another epoch"), 2);
  EXPECT_TRUE(MayHaveStrangers(absl::Seconds(1))) << "there may be more of them";
  Kill();
  Start();
  EXPECT_TRUE(MayHaveStrangers(absl::Seconds(59))) << "the store has them on record";
  EXPECT_FALSE(MayHaveStrangers(kLongestLeaseOfAll));
}

TEST_F(RestartTest, AStrangerThatComesLaterShowsNothing) {
  Start();
  clock_.Advance(kLongestLeaseOfAll);
  SubscribeForMoment("stranger", 2, "another epoch");
  EXPECT_FALSE(MayHaveStrangers(absl::ZeroDuration())) << "no lease of another server still runs";
}

TEST_F(RestartTest, AnEmptyStoreThatWasAskedForANewEpochProvesNothing) {
  options_.new_epoch = true;
  Start();
  EXPECT_TRUE(MayHaveStrangers(absl::ZeroDuration()));
}

TEST_F(RestartTest, AnEventKeepsItsTime) {
  Start();
  const v1::Position start = Position();
  Write("user", "1");
  clock_.Advance(absl::Seconds(5));
  Write("user", "2");
  const std::vector<absl::Time> times = TimesAfter(start, 2);
  ASSERT_EQ(times.size(), 2u);
  EXPECT_EQ(times[1] - times[0], absl::Seconds(5));
  Restart();
  EXPECT_EQ(TimesAfter(start, 2), times) << "the same from the store as from memory";
}

TEST_F(RestartTest, AStoreThatWasRestoredDoesNotKnowTheLongestLease) {
  Start();
  SubscribeForMoment("first", 2);
  MayHaveStrangers(kLongestLeaseOfAll);
  SubscribeForMoment("second", 2);
  Stop();
  options_.new_epoch = true;
  Start();
  EXPECT_TRUE(MayHaveStrangers(kTwoSecondLease));
}

TEST_F(RestartTest, AnOperatorCanBeginANewEpoch) {
  Start();
  Track("key: 'k' tags: 't'");
  const v1::Position start = Position();
  Stop();
  options_.new_epoch = true;
  Start();
  const v1::Position asked = Position();
  EXPECT_NE(asked.epoch(), start.epoch());
  EXPECT_EQ(StateOf("k"), v1::ENTRY_STATE_ABSENT);
  Stop();
  options_.new_epoch = false;
  Start();
  EXPECT_EQ(Position().epoch(), asked.epoch()) << "once is enough";
}

// Whichever start notices the loss: what it leads to is done before the loss is forgotten.
TEST_F(RestartTest, AStartThatFailsForgetsNothing) {
  options_.durability = Durability::kAsync;
  Start();
  Track("key: 'k' tags: 't'");
  const v1::Position start = Position();
  Kill();
  options_.boot_id = "second boot";
  ServerOptions options;
  options.grpc_address = "no such address:1";
  options.persistence = options_;
  options.persistence.data_dir = directory_;
  EXPECT_FALSE(Server::Start(options).ok());
  Start();
  EXPECT_NE(Position().epoch(), start.epoch());
  EXPECT_EQ(StateOf("k"), v1::ENTRY_STATE_ABSENT);
}

TEST_F(RestartTest, TwoServersDoNotShareAStore) {
  Start();
  const absl::Status second = TryStart().status();
  EXPECT_EQ(second.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(second.message(), "another process has it open")) << second;
  Write("user", "1");
}

TEST_F(RestartTest, WithoutDurabilityNothingIsKept) {
  options_.durability = Durability::kMemory;
  directory_ = "";
  Start();
  EXPECT_EQ(server_->epoch_decision(), EpochDecision::kNothingKept);
  Write("user", "1");
  const v1::Position before = Position();
  Restart();
  EXPECT_NE(Position().epoch(), before.epoch());
  EXPECT_EQ(Position().revision(), 0u);
}

}  // namespace
}  // namespace cache_invalidation
