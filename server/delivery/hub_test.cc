// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/hub.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "server/storage/memory_store.h"
#include "server/storage/store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/silent_delivery_observer.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation::delivery {
namespace {

// Keeps what it is handed.
class RecordingOutlet final : public Outlet {
 public:
  void Deliver(std::vector<Completion> completions, std::vector<uint64_t> moved) override {
    for (Completion& completion : completions) completion(true);
    moved_.insert(moved_.end(), moved.begin(), moved.end());
  }
  void Abandon(std::vector<Completion> completions) override {
    for (Completion& completion : completions) completion(false);
    abandoned_ = true;
  }

  std::vector<uint64_t> moved_;
  bool abandoned_ = false;
};

class HubTest : public testing::Test {
 protected:
  using Floors = std::vector<std::pair<std::string, uint64_t>>;

  std::unique_ptr<Hub> MakeHub(size_t event_cache_bytes, const RetentionLimits& retention = {}) {
    HubOptions options;
    options.retention = retention;
    options.older = &catch_up_;
    options.epoch = "e";
    options.event_cache_bytes = event_cache_bytes;
    options.on_floor_moved = [this](absl::string_view namespace_name, uint64_t floor) {
      floors_.emplace_back(namespace_name, floor);
    };
    return std::make_unique<Hub>(std::move(options), clock_, outlet_);
  }

  static SubscriptionRequest Request(std::string namespace_name) {
    SubscriptionRequest request;
    request.session = {std::move(namespace_name), "cache", "i"};
    request.terms.lease = absl::Seconds(10);
    return request;
  }

  // As a group that has been made durable.
  void Publish(Hub& hub, commit::Group group) {
    storage::WriteBatch batch;
    for (const auto& published : group.published) {
      batch.chunks.insert(batch.chunks.end(), published.chunks.begin(), published.chunks.end());
    }
    ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
    hub.Publish(std::move(group));
  }

  FakeClock clock_;
  storage::MemoryStore store_;
  SilentDeliveryObserver observer_;
  CatchUp catch_up_{store_, clock_, observer_};
  RecordingOutlet outlet_;
  Floors floors_;
};

TEST_F(HubTest, MovesTheHeadBeforeItsCompletionsRun) {
  const auto hub = MakeHub(1 << 20);
  HistoryBuilder history("shop");
  commit::Group group = history.Group(TagEvents("tag:", 3));
  uint64_t head_seen = 0;
  group.completions.push_back([&](bool durable) {
    EXPECT_TRUE(durable);
    head_seen = hub->head("shop");
  });
  hub->Publish(std::move(group));
  EXPECT_EQ(head_seen, 3u);
  EXPECT_EQ(hub->head("other"), 0u);
  EXPECT_EQ(outlet_.moved_.size(), 1u);
}

// A store after a restart: what it retains can be read on, and new events follow.
TEST_F(HubTest, GoesOnWithWhatTheStoreRetains) {
  constexpr wire::EncoderLimits kSmall = {256, 512};
  HistoryBuilder shop("shop", kSmall);
  storage::WriteBatch batch;
  for (const Targets& event : {Targets{.tags = {"a"}}, Targets{.tags = {"b"}},
                               LargeEvent("k", 5, kSmall), Targets{.tags = {"c"}}}) {
    for (auto& chunk : shop.Add({event})) batch.chunks.push_back(std::move(chunk));
  }
  ASSERT_GT(batch.chunks.size(), 4u) << "the large event takes several chunks";
  for (const char* name : {"shop", "empty"}) {
    batch.rows.push_back({.namespace_name = name, .row = {wire::RowKind::kMeta, "", ""}});
  }
  batch.trims = {{"shop", 1}};
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());

  const auto hub = MakeHub(1 << 20);
  ASSERT_TRUE(hub->Restore(store_).ok());
  EXPECT_EQ(hub->head("shop"), 4u);
  EXPECT_EQ(hub->head("empty"), 0u);
  EXPECT_GT(hub->counts().retained_bytes, 0u);
  EXPECT_EQ(hub->counts().event_cache_bytes, 0u);
  SubscriptionRequest request = Request("shop");
  request.start_after = Position{"e", 1};
  auto subscription = *hub->Open(std::move(request));
  EXPECT_TRUE(subscription->Next(clock_.Monotonic()).events.slices.empty());
  EXPECT_FALSE(subscription->SomethingWaits()) << "until it has been read";
  EXPECT_EQ(catch_up_.ReadNext(), subscription->channel().id());
  const Message message = subscription->Next(clock_.Monotonic());
  EXPECT_FALSE(message.reset.has_value());
  EXPECT_EQ(message.events.completed, 4u);
  Publish(*hub, shop.Group({{.tags = {"d"}}}));
  EXPECT_EQ(subscription->Next(clock_.Monotonic()).events.completed, 5u);
  hub->Close(std::move(subscription));

  request = Request("shop");
  request.start_after = Position{"e", 0};
  subscription = *hub->Open(std::move(request));
  const Message trimmed = subscription->Next(clock_.Monotonic());
  ASSERT_TRUE(trimmed.reset.has_value());
  EXPECT_EQ(trimmed.reset->oldest_revision, 2u);
  hub->Close(std::move(subscription));
}

// After a start with less retention the oldest of all namespaces goes, though nobody knows when it
// was.
TEST_F(HubTest, WhatAStoreRetainsTooMuchIsForgottenFairly) {
  storage::WriteBatch batch;
  HistoryBuilder large("large");
  HistoryBuilder small("small");
  for (int i = 0; i < 400; ++i) {
    for (auto& chunk : large.Add(TagEvents("tag:", 50))) batch.chunks.push_back(std::move(chunk));
    if (i % 4 != 0) continue;
    for (auto& chunk : small.Add(TagEvents("tag:", 50))) batch.chunks.push_back(std::move(chunk));
  }
  for (const char* name : {"large", "small"}) {
    batch.rows.push_back({.namespace_name = name, .row = {wire::RowKind::kMeta, "", ""}});
  }
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  size_t bytes = 0;
  for (const auto& chunk : batch.chunks) bytes += chunk->bytes.size();

  const auto hub = MakeHub(1 << 20, {.bytes = bytes / 2, .age = absl::InfiniteDuration()});
  ASSERT_TRUE(hub->Restore(store_).ok());
  EXPECT_EQ(hub->counts().retained_bytes, bytes);
  hub->Publish({});
  EXPECT_LE(hub->counts().retained_bytes, bytes / 2);
  ASSERT_EQ(floors_.size(), 2u);
  EXPECT_EQ(floors_[0].first, "large");
  EXPECT_NEAR(static_cast<double>(floors_[0].second), 10'000, 2'500);
  EXPECT_EQ(floors_[1].first, "small");
  EXPECT_NEAR(static_cast<double>(floors_[1].second), 2'500, 1'500);
}

TEST_F(HubTest, AGroupWithoutEventsOnlyCompletes) {
  const auto hub = MakeHub(1 << 20);
  commit::Group group;
  bool ran = false;
  group.completions.push_back([&](bool) { ran = true; });
  hub->Publish(std::move(group));
  EXPECT_TRUE(ran);
  EXPECT_TRUE(outlet_.moved_.empty());
}

TEST_F(HubTest, AbandonsWhatIsNotDurable) {
  const auto hub = MakeHub(1 << 20);
  HistoryBuilder history("shop");
  commit::Group group = history.Group(TagEvents("tag:", 3));
  bool durable = true;
  group.completions.push_back([&](bool yes) { durable = yes; });
  hub->Abandon(std::move(group));
  EXPECT_FALSE(durable);
  EXPECT_TRUE(outlet_.abandoned_);
  EXPECT_EQ(hub->head("shop"), 0u);
}

TEST_F(HubTest, SubscribersHearOfTheirNamespaceAlone) {
  const auto hub = MakeHub(1 << 20);
  HistoryBuilder shop("shop");
  HistoryBuilder other("other");
  auto subscription = *hub->Open(Request("shop"));
  EXPECT_EQ(hub->subscribers("shop"), 1u);
  EXPECT_EQ(hub->subscribers("other"), 0u);
  subscription->Next(clock_.Monotonic());
  commit::Group group = shop.Group(TagEvents("tag:", 1));
  group.published.push_back(std::move(other.Group(TagEvents("tag:", 2)).published.front()));
  hub->Publish(std::move(group));
  EXPECT_EQ(outlet_.moved_.size(), 2u);
  EXPECT_EQ(subscription->Next(clock_.Monotonic()).events.completed, 1u);
  hub->Close(std::move(subscription));
  EXPECT_EQ(hub->subscribers("shop"), 0u);
}

TEST_F(HubTest, ANamespaceMayBeSubscribedToBeforeItHasEvents) {
  const auto hub = MakeHub(1 << 20);
  hub->Close(*hub->Open(Request("shop")));
  auto subscription = *hub->Open(Request("shop"));
  subscription->Next(clock_.Monotonic());
  HistoryBuilder history("shop");
  hub->Publish(history.Group(TagEvents("tag:", 1)));
  EXPECT_EQ(subscription->Next(clock_.Monotonic()).events.completed, 1u);
  hub->Close(std::move(subscription));
  EXPECT_EQ(hub->head("shop"), 1u) << "history stays without subscribers";
}

// A namespace that writes little loses nothing to one that writes much.
TEST_F(HubTest, ForgetsTheOldestOfWhoHasMostAndSaysSo) {
  constexpr size_t kRetained = 64 << 10;
  const auto hub = MakeHub(16 << 10, {.bytes = kRetained, .age = absl::Hours(1)});
  HistoryBuilder quiet("quiet");
  HistoryBuilder loud("loud");
  Publish(*hub, quiet.Group(TagEvents("tag:", 1)));
  for (int i = 0; i < 200; ++i) {
    Publish(*hub, loud.Group(TagEvents("tag:", 20)));
    EXPECT_LE(hub->counts().event_cache_bytes, size_t{16 << 10});
    EXPECT_LE(hub->counts().retained_bytes, kRetained);
  }
  EXPECT_GT(hub->counts().retained_bytes, kRetained / 2);
  ASSERT_FALSE(floors_.empty());
  uint64_t last = 0;
  int told_of_loud = 0;
  for (const auto& [namespace_name, floor] : floors_) {
    EXPECT_EQ(namespace_name, "loud");
    EXPECT_GT(floor, last);
    last = floor;
    ++told_of_loud;
  }
  EXPECT_LT(told_of_loud, 100) << "one call tells of many events";

  SubscriptionRequest request = Request("loud");
  request.start_after = Position{"e", last - 1};
  auto subscription = *hub->Open(std::move(request));
  EXPECT_EQ(subscription->Next(clock_.Monotonic()).reset->reason, ResetReason::kTrimmed);
  hub->Close(std::move(subscription));
  request = Request("loud");
  request.start_after = Position{"e", last};
  subscription = *hub->Open(std::move(request));
  EXPECT_FALSE(subscription->Next(clock_.Monotonic()).reset.has_value());
  hub->Close(std::move(subscription));
}

TEST_F(HubTest, ForgetsWhatIsTooOldWithTheNextPublication) {
  const auto hub = MakeHub(1 << 20, {.bytes = 1 << 20, .age = absl::Minutes(10)});
  HistoryBuilder shop("shop");
  Publish(*hub, shop.Group(TagEvents("tag:", 3)));
  clock_.Advance(absl::Minutes(9));
  Publish(*hub, shop.Group(TagEvents("tag:", 3)));
  EXPECT_TRUE(floors_.empty());
  EXPECT_EQ(hub->counts().retained, absl::Minutes(9));
  clock_.Advance(absl::Minutes(2));
  hub->Publish({});
  EXPECT_EQ(floors_, (Floors{{"shop", 3}}));
}

TEST_F(HubTest, TheNewestRevisionStaysWhateverItsSize) {
  const auto hub = MakeHub(1);
  HistoryBuilder history("shop");
  auto subscription = *hub->Open(Request("shop"));
  for (uint64_t i = 1; i <= 3; ++i) {
    hub->Publish(history.Group({LargeEvent("k", 9, {})}));
    while (true) {
      const Message message = subscription->Next(clock_.Monotonic());
      EXPECT_FALSE(message.reset.has_value());
      if (message.events.completed == i) break;
    }
  }
  hub->Close(std::move(subscription));
}

TEST_F(HubTest, CountsSessionsUntilTheirLeasesEnd) {
  const auto hub = MakeHub(1 << 20);
  hub->Close(*hub->Open(Request("shop")));
  EXPECT_EQ(hub->counts().sessions, 1u);
  clock_.Advance(absl::Seconds(12));
  EXPECT_EQ(hub->counts().sessions, 0u);
}

TEST_F(HubTest, ForgetsOldHistoryAlsoWhenNothingIsPublished) {
  const auto hub = MakeHub(1 << 20, {.age = absl::Hours(1)});
  EXPECT_EQ(hub->next_timer(), absl::InfiniteDuration());
  HistoryBuilder history("shop");
  Publish(*hub, history.Group(TagEvents("tag:", 3)));
  EXPECT_EQ(hub->next_timer(), clock_.Monotonic() + absl::Hours(1));
  clock_.Advance(absl::Hours(1));
  hub->RunTimers();
  EXPECT_EQ(floors_, (Floors{{"shop", 3}}));
  EXPECT_EQ(hub->counts().retained_bytes, 0u);
  EXPECT_EQ(hub->next_timer(), absl::InfiniteDuration());
}

// As a group in which a namespace was deleted.
commit::Group DeletionOf(std::string namespace_name, uint64_t head) {
  commit::Group group;
  group.published.push_back(
      {.namespace_name = std::move(namespace_name), .chunks = {}, .head = head, .deleted = true});
  return group;
}

class HubDeletionTest : public HubTest {
 protected:
  // The first message of a stream that starts after that revision.
  Message FirstMessage(Hub& hub, uint64_t revision) {
    SubscriptionRequest request = Request("shop");
    request.start_after = Position{"e", revision};
    auto subscription = *hub.Open(std::move(request));
    Message message = subscription->Next(clock_.Monotonic());
    hub.Close(std::move(subscription));
    return message;
  }
};

TEST_F(HubDeletionTest, EverySubscriberOfItGetsAResetAtOnce) {
  const auto hub = MakeHub(1 << 20);
  HistoryBuilder history("shop");
  Publish(*hub, history.Group(TagEvents("tag:", 3)));
  auto at_head = *hub->Open(Request("shop"));
  (void)at_head->Next(clock_.Monotonic());
  SubscriptionRequest behind_request = Request("shop");
  behind_request.session.instance = "another";
  behind_request.start_after = Position{"e", 1};
  auto behind = *hub->Open(std::move(behind_request));

  outlet_.moved_.clear();
  hub->Publish(DeletionOf("shop", 4));
  EXPECT_EQ(outlet_.moved_, std::vector<uint64_t>{at_head->channel().id()});
  for (Subscription* subscription : {at_head.get(), behind.get()}) {
    EXPECT_TRUE(subscription->SomethingWaits());
    const Message message = subscription->Next(clock_.Monotonic());
    ASSERT_TRUE(message.reset.has_value());
    EXPECT_EQ(message.reset->reason, ResetReason::kTrimmed);
    EXPECT_EQ(message.reset->oldest_revision, 0u);
    EXPECT_EQ(message.reset->start_after, (Position{"e", 4}));
    EXPECT_TRUE(message.events.slices.empty());
    EXPECT_TRUE(subscription->Receive({.acknowledged_revision = 4}, clock_.Monotonic()).ok());
  }
  EXPECT_EQ(hub->head("shop"), 4u);
  EXPECT_EQ(hub->counts().retained_bytes, 0u);
  hub->Close(std::move(at_head));
  hub->Close(std::move(behind));
}

// Its successor begins right behind it, or farther up.
TEST_F(HubDeletionTest, SubscribersGoOnInItsSuccessor) {
  for (const uint64_t first : {5, 50}) {
    const auto hub = MakeHub(1 << 20);
    HistoryBuilder history("shop");
    hub->Publish(history.Group(TagEvents("tag:", 3)));
    auto subscription = *hub->Open(Request("shop"));
    (void)subscription->Next(clock_.Monotonic());
    hub->Publish(DeletionOf("shop", 4));
    (void)subscription->Next(clock_.Monotonic());

    HistoryBuilder successor("shop", {}, first);
    hub->Publish(successor.Group(TagEvents("tag:", 2)));
    const Message message = subscription->Next(clock_.Monotonic());
    if (first == 5) {
      EXPECT_FALSE(message.reset.has_value());
      EXPECT_EQ(message.events.completed, 6u);
    } else {
      ASSERT_TRUE(message.reset.has_value());
      EXPECT_EQ(message.reset->start_after.revision, 51u);
    }
    hub->Publish(successor.Group(TagEvents("tag:", 1)));
    EXPECT_EQ(subscription->Next(clock_.Monotonic()).events.completed, first + 2);
    hub->Close(std::move(subscription));
  }
}

TEST_F(HubDeletionTest, WhoComesBackGetsAResetWhereverItStood) {
  const auto hub = MakeHub(1 << 20);
  HistoryBuilder history("shop");
  hub->Publish(history.Group(TagEvents("tag:", 3)));
  hub->Publish(DeletionOf("shop", 4));
  for (const uint64_t revision : {0, 1, 3}) {
    EXPECT_TRUE(FirstMessage(*hub, revision).reset.has_value()) << revision;
  }
  EXPECT_FALSE(FirstMessage(*hub, 4).reset.has_value()) << "it has dropped everything already";
  HistoryBuilder successor("shop", {}, 5);
  hub->Publish(successor.Group(TagEvents("tag:", 2)));
  for (const uint64_t revision : {0, 1, 3}) {
    EXPECT_TRUE(FirstMessage(*hub, revision).reset.has_value()) << revision;
  }
}

// Over a restart only the number is left, not the name.
TEST_F(HubDeletionTest, AfterARestartNoPositionOfAMissingNamespaceIsKnown) {
  storage::WriteBatch batch;
  batch.server_values = {storage::DeletedRevisionOf(0, 4)};
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  const auto hub = MakeHub(1 << 20);
  ASSERT_TRUE(hub->Restore(store_).ok());
  for (const uint64_t revision : {0, 1, 3, 4, 5}) {
    const Message message = FirstMessage(*hub, revision);
    ASSERT_TRUE(message.reset.has_value()) << revision;
    EXPECT_EQ(message.reset->start_after.revision, 0u);
  }
  // Whoever brings none has nothing to drop, and hears of the successor.
  auto subscription = *hub->Open(Request("shop"));
  EXPECT_FALSE(subscription->Next(clock_.Monotonic()).reset.has_value());
  HistoryBuilder successor("shop", {}, 5);
  hub->Publish(successor.Group(TagEvents("tag:", 1)));
  EXPECT_TRUE(subscription->Next(clock_.Monotonic()).reset.has_value());
  hub->Close(std::move(subscription));
}

// Nothing stays of many names that came and went.
TEST_F(HubDeletionTest, RemembersABoundedNumberOfNames) {
  const auto hub = MakeHub(1 << 10);
  for (size_t i = 0; i < kMaxNamespaces + 5; ++i) {
    hub->Publish(DeletionOf("n" + std::to_string(i), 1));
  }
  EXPECT_EQ(hub->head("n0"), 0u);
  EXPECT_EQ(hub->head("n" + std::to_string(kMaxNamespaces + 4)), 1u);
}

TEST_F(HubDeletionTest, MemoryOfADeletedNamespaceIsDroppedInItsTurn) {
  const auto hub = MakeHub(1 << 10);
  HistoryBuilder history("shop");
  hub->Publish(history.Group(TagEvents("tag:", 20)));
  hub->Publish(DeletionOf("shop", 21));
  HistoryBuilder successor("shop", {}, 30);
  for (int i = 0; i < 50; ++i) hub->Publish(successor.Group(TagEvents("tag:", 20)));
  EXPECT_LE(hub->counts().event_cache_bytes, 4u << 10);
  EXPECT_EQ(hub->head("shop"), 29u + 50 * 20);
}

}  // namespace
}  // namespace cache_invalidation::delivery
