// SPDX-License-Identifier: Apache-2.0

// Subscribers of all kinds read, fall behind, disconnect and resume while events are published;
// then each history is checked against the guarantees.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "tests/conformance/recording_subscriber.h"
#include "tests/conformance/validators.h"
#include "tests/delivery/delivery_server.h"

namespace cache_invalidation {
namespace {

using conformance::PublishedHistory;
using conformance::RecordingSubscriber;

constexpr wire::EncoderLimits kManyParts{512, 4096};
// For events that fill whole messages, and soon everything that gRPC buffers for a stream.
constexpr wire::EncoderLimits kLargeParts{16 << 10, 64 << 10};

// The published events.
struct Traffic {
  int groups = 0;
  wire::EncoderLimits limits = kManyParts;
  int largest_event_parts = 12;
  int large_event_one_in = 20;
};

// The behaviour of one subscriber.
struct Character {
  std::vector<std::string> tags = {};
  std::vector<std::string> key_prefixes = {};
  int disconnect_one_in = 0;  // messages; 0: never
  int renew_one_in = 10;
  int stall_one_in = 0;
  uint64_t stall_for_revisions = 100;
  bool half_closes = false;
};

class HistoriesTest : public testing::Test {
 protected:
  void SetUp() override { RecordProperty("seed", absl::StrCat(seed_)); }

  std::vector<Targets> RandomEvents(const Traffic& traffic, std::mt19937& random) {
    std::vector<Targets> events(random() % 8 + 1);
    for (Targets& targets : events) {
      targets.tags = {absl::StrCat("user:", random() % 20)};
      if (random() % 3 == 0) {
        targets.tags.push_back(absl::StrCat("order:", random() % 20, ":total"));
      }
      if (random() % 3 == 0) targets.keys = {absl::StrCat("page/", random() % 20)};
      if (random() % 20 == 0) targets.patterns = {absl::StrCat("page/", random() % 20, ".*")};
      if (random() % 20 == 0) targets.tags = {"user"};
      if (random() % 50 == 0) targets = {.everything = true};
      if (random() % traffic.large_event_one_in == 0) {
        targets = LargeEvent(absl::StrCat("page/", random() % 20, "/"),
                             random() % traffic.largest_event_parts + 1, traffic.limits);
      }
    }
    return events;
  }

  void Publish(const Traffic& traffic, DeliveryServer& server) {
    std::mt19937 random(seed_);
    HistoryBuilder history("shop", traffic.limits);
    for (int i = 0; i < traffic.groups; ++i) {
      commit::Group group = history.Group(RandomEvents(traffic, random));
      for (const auto& chunk : group.published.front().chunks) published_.AddEncoded(chunk->bytes);
      server.Publish(std::move(group));
      SetHead(history.head());
      // Gives readers a chance to be live; nothing depends on it.
      for (int yields = 0; yields < 100; ++yields) std::this_thread::yield();
    }
    end_ = history.head();
    SetHead(UINT64_MAX);
  }

  void SetHead(uint64_t head) {
    MutexLock lock(mutex_);
    head_ = head;
    changed_.NotifyAll();
  }

  // Waits until that revision has been published, or the last one.
  void AwaitHead(uint64_t revision) {
    MutexLock lock(mutex_);
    while (head_ < revision) changed_.Wait(mutex_);
  }

  void Live(const Character& character, DeliveryServer& server, RecordingSubscriber& subscriber,
            uint32_t seed) {
    std::mt19937 random(seed);
    const auto one_in = [&](int n) { return n > 0 && random() % n == 0; };
    while (end_ == 0 || subscriber.complete_revision() < end_) {
      if (!subscriber.connected()) {
        subscriber.Connect();
        if (character.half_closes) subscriber.HalfClose();
      }
      if (one_in(character.stall_one_in)) {
        AwaitHead(server.hub().head("shop") + character.stall_for_revisions);
      }
      ASSERT_TRUE(subscriber.Read()) << subscriber.end().error_message();
      if (!character.half_closes && one_in(character.renew_one_in)) subscriber.Renew();
      if (one_in(character.disconnect_one_in)) subscriber.Disconnect();
    }
  }

  // Runs all of them with the traffic; returns the number of Resets.
  size_t Run(size_t event_cache_bytes, const Traffic& traffic,
             const std::vector<Character>& characters,
             std::optional<delivery::RetentionLimits> stored = std::nullopt) {
    RealClock clock;
    DeliveryServer server({.event_cache_bytes = event_cache_bytes, .stored = stored}, clock);
    std::vector<std::unique_ptr<RecordingSubscriber>> subscribers;
    std::vector<std::thread> threads;
    for (size_t i = 0; i < characters.size(); ++i) {
      v1::Subscription subscription = FirstMessageAfter("shop", 0).subscription();
      for (const std::string& tag : characters[i].tags) subscription.add_tags(tag);
      for (const std::string& prefix : characters[i].key_prefixes) {
        subscription.add_key_prefixes(prefix);
      }
      subscription.mutable_lease()->set_seconds(1);  // heartbeats three times a second
      subscribers.push_back(std::make_unique<RecordingSubscriber>(
          server.Connect(), subscription, [&server] { return server.hub().head("shop"); }));
      threads.emplace_back([&, i, &subscriber = *subscribers.back()] {
        Live(characters[i], server, subscriber, seed_ + static_cast<uint32_t>(i));
      });
    }
    Publish(traffic, server);
    for (std::thread& thread : threads) thread.join();
    for (size_t i = 0; i < characters.size(); ++i) {
      EXPECT_THAT(conformance::CheckAll(subscribers[i]->history(), published_), testing::IsEmpty())
          << "subscriber " << i << ", seed " << seed_;
    }
    subscribers.clear();
    return server.observer().counts().resets;
  }

  const uint32_t seed_ = std::random_device{}();
  PublishedHistory published_;
  Mutex mutex_;
  CondVar changed_;
  uint64_t head_ ABSL_GUARDED_BY(mutex_) = 0;  // once all is published, above all
  std::atomic<uint64_t> end_ = 0;              // the last revision, once it has been published
};

TEST_F(HistoriesTest, SubscribersThatKeepUpSeeEverythingThatConcernsThem) {
  EXPECT_EQ(Run(256 << 20, {.groups = 600},
                {
                    {},
                    {.renew_one_in = 1},
                    {.half_closes = true},
                    {.tags = {"user:1", "order:2"}, .key_prefixes = {"page/1"}},
                    {.tags = {"order"}, .key_prefixes = {"none"}},
                    {.tags = {"order"}, .key_prefixes = {"none"}, .renew_one_in = 2},
                    {.key_prefixes = {"page/7/", "page/8/"}},
                    {.tags = {"nobody"}, .key_prefixes = {"nothing"}},
                }),
            0u);
}

TEST_F(HistoriesTest, SubscribersThatComeBackMissNothing) {
  EXPECT_EQ(Run(256 << 20, {.groups = 600},
                {
                    {.disconnect_one_in = 3},
                    {.disconnect_one_in = 10},
                    {.tags = {"user:1"}, .key_prefixes = {"page/1"}, .disconnect_one_in = 3},
                    {.tags = {"user"},
                     .key_prefixes = {"x"},
                     .disconnect_one_in = 5,
                     .half_closes = true},
                }),
            0u);
}

TEST_F(HistoriesTest, SubscribersThatAreLeftBehindAreReset) {
  EXPECT_GT(Run(1 << 20,
                {.groups = 60,
                 .limits = kLargeParts,
                 .largest_event_parts = 100,
                 .large_event_one_in = 4},
                {
                    {.stall_one_in = 8},
                    {.disconnect_one_in = 8, .stall_one_in = 8},
                    {.tags = {"user:1"},
                     .key_prefixes = {"page/1"},
                     .renew_one_in = 1,
                     .stall_one_in = 4},
                    {.tags = {"user:1"},
                     .key_prefixes = {"page/1"},
                     .disconnect_one_in = 8,
                     .stall_one_in = 4},
                }),
            0u);
}

// As above, but history that memory drops can be read from the store: nobody gets a Reset.
TEST_F(HistoriesTest, SubscribersThatMemoryLeavesBehindReadFromTheStore) {
  EXPECT_EQ(Run(1 << 20,
                {.groups = 30,
                 .limits = kLargeParts,
                 .largest_event_parts = 100,
                 .large_event_one_in = 4},
                {
                    {.stall_one_in = 8},
                    {.disconnect_one_in = 8, .stall_one_in = 8},
                    {.tags = {"user:1"},
                     .key_prefixes = {"page/1"},
                     .renew_one_in = 1,
                     .stall_one_in = 4},
                    {.tags = {"user:1"},
                     .key_prefixes = {"page/1"},
                     .disconnect_one_in = 8,
                     .stall_one_in = 4},
                    {.disconnect_one_in = 2, .stall_one_in = 2},
                },
                delivery::RetentionLimits{}),
            0u);
}

TEST_F(HistoriesTest, SubscribersThatTheStoreLeavesBehindAreReset) {
  EXPECT_GT(Run(1 << 20,
                {.groups = 30,
                 .limits = kLargeParts,
                 .largest_event_parts = 100,
                 .large_event_one_in = 4},
                {
                    {.stall_one_in = 4},
                    {.disconnect_one_in = 4, .stall_one_in = 4},
                    {.tags = {"user:1"},
                     .key_prefixes = {"page/1"},
                     .disconnect_one_in = 8,
                     .stall_one_in = 4},
                },
                delivery::RetentionLimits{.bytes = 8 << 20, .age = absl::InfiniteDuration()}),
            0u);
}

TEST_F(HistoriesTest, EventsLargerThanMessagesArriveInPieces) {
  EXPECT_EQ(Run(256 << 20,
                {.groups = 30,
                 .limits = kLargeParts,
                 .largest_event_parts = 120,
                 .large_event_one_in = 4},
                {
                    {.renew_one_in = 1},
                    {.disconnect_one_in = 4, .renew_one_in = 2},
                    {.tags = {"user:1"}, .key_prefixes = {"page/1"}, .disconnect_one_in = 4},
                }),
            0u);
}

}  // namespace
}  // namespace cache_invalidation
