// SPDX-License-Identifier: Apache-2.0

#include "client/testing/local_connection.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "client/testing/fake_clock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

// What a subscription was told, one line each.
class Diary {
 public:
  SubscriptionCallbacks Callbacks() {
    return {
        .on_started =
            [this](const SubscriptionStarted& started) {
              Note("started ", Text(started.head), " after ", started.start_after);
            },
        .on_reset =
            [this](const SubscriptionReset& reset) { Note("reset ", Text(reset.start_after)); },
        .on_event =
            [this](const Event& event) {
              Note("event ", Text(event.position()), " ", event.invalidations.front().name);
            },
        .on_progress =
            [this](const SubscriptionProgress& progress) {
              Note("progress ", Text(progress.position));
              lease_end = progress.lease_end;
            },
        .on_disconnected = [this](const absl::Status& status) { Note(status.message()); },
    };
  }

  std::vector<std::string> Take() { return std::exchange(lines_, {}); }

  absl::Duration lease_end;

 private:
  static std::string Text(const Position& position) {
    return absl::StrCat(position.epoch, "/", position.revision);
  }
  template <typename... Parts>
  void Note(const Parts&... parts) {
    lines_.push_back(absl::StrCat(parts...));
  }

  std::vector<std::string> lines_;
};

using Lines = std::vector<std::string>;

Event Naming(std::string tag) {
  return {.invalidations = {{.target = TargetKind::kTag, .name = std::move(tag)}}};
}

class LocalConnectionTest : public testing::Test {
 protected:
  const std::shared_ptr<LocalConnection> connection_ = std::make_shared<LocalConnection>();
  const Client client_{connection_};
  Diary diary_;
};

TEST_F(LocalConnectionTest, ASubscriptionIsLiveAtOnce) {
  const auto subscription = client_.Subscribe({.name = "test"}, diary_.Callbacks());
  EXPECT_EQ(diary_.Take(), (Lines{"started local-1/0 after 0", "progress local-1/0"}));
  EXPECT_EQ(diary_.lease_end, absl::InfiniteDuration());
  EXPECT_EQ(connection_->subscriptions(), 1u);
}

TEST_F(LocalConnectionTest, DeliversWhatIsPublished) {
  const auto subscription = client_.Subscribe({.name = "test"}, diary_.Callbacks());
  diary_.Take();
  EXPECT_EQ(connection_->Publish(Naming("a")).revision, 1u);
  EXPECT_EQ(diary_.Take(), (Lines{"event local-1/1 a", "progress local-1/1"}));
  EXPECT_EQ(connection_->head().revision, 1u);
  subscription->Stop();
  connection_->Publish(Naming("b"));
  EXPECT_EQ(diary_.Take(), Lines{});
  EXPECT_EQ(connection_->subscriptions(), 0u);
}

TEST_F(LocalConnectionTest, WhatHappensWhileDisconnectedArrivesLater) {
  const auto subscription = client_.Subscribe({.name = "test"}, diary_.Callbacks());
  diary_.Take();
  connection_->Disconnect(absl::UnavailableError("lost"));
  connection_->Publish(Naming("a"));
  connection_->RenewLeases();
  EXPECT_EQ(diary_.Take(), Lines{"lost"});
  EXPECT_EQ(client_.InvalidateByWrite("user", "42", "update").status(),
            absl::UnavailableError("lost"));
  connection_->Connect();
  EXPECT_EQ(diary_.Take(),
            (Lines{"started local-1/1 after 0", "event local-1/1 a", "progress local-1/1"}));
}

TEST_F(LocalConnectionTest, AResetBeginsAnotherHistory) {
  const auto subscription = client_.Subscribe({.name = "test"}, diary_.Callbacks());
  connection_->Publish(Naming("a"));
  diary_.Take();
  connection_->Reset();
  EXPECT_EQ(diary_.Take(), (Lines{"the history was lost", "started local-2/0 after 0",
                                  "reset local-2/0", "progress local-2/0"}));
  connection_->Publish(Naming("b"));
  diary_.Take();
  connection_->Disconnect();
  connection_->Publish(Naming("c"));
  connection_->Reset(ResetReason::kTrimmed);
  diary_.Take();
  connection_->Connect();
  EXPECT_EQ(diary_.Take(),
            (Lines{"started local-2/2 after 2", "reset local-2/2", "progress local-2/2"}));
}

TEST_F(LocalConnectionTest, ResumesAfterAPosition) {
  const Position first = connection_->Publish(Naming("a"));
  connection_->Publish(Naming("b"));
  auto subscription = client_.Subscribe({.name = "test", .start_after = first}, diary_.Callbacks());
  EXPECT_EQ(diary_.Take(),
            (Lines{"started local-1/2 after 1", "event local-1/2 b", "progress local-1/2"}));
  subscription = client_.Subscribe({.name = "test", .start_after = Position{"elsewhere", 1}},
                                   diary_.Callbacks());
  EXPECT_EQ(diary_.Take(),
            (Lines{"started local-1/2 after 2", "reset local-1/2", "progress local-1/2"}));
}

TEST_F(LocalConnectionTest, LeasesAreRenewedByTheTest) {
  FakeClock clock;
  const auto connection = std::make_shared<LocalConnection>(
      LocalConnectionOptions{.lease = absl::Seconds(10), .clock = &clock});
  const auto subscription = Client(connection).Subscribe({.name = "test"}, diary_.Callbacks());
  EXPECT_EQ(diary_.lease_end, absl::Seconds(10));
  clock.Advance(absl::Seconds(4));
  connection->RenewLeases();
  EXPECT_EQ(diary_.lease_end, absl::Seconds(14));
}

TEST_F(LocalConnectionTest, PublishesWhatCallsName) {
  Lines named;
  const auto subscription =
      client_.Subscribe({.name = "test"}, {.on_event = [&named](const Event& event) {
                          for (const Invalidation& target : event.invalidations) {
                            named.push_back(target.name);
                          }
                        }});
  EXPECT_TRUE(client_
                  .InvalidateByWrites({{.resource_type = "user", .resource_id = "1"},
                                       {.resource_type = "order", .tags = {"more"}}})
                  .ok());
  EXPECT_TRUE(client_.Invalidate(InvalidateParams{.tags = {"t"}, .keys = {"k"}}).ok());
  EXPECT_TRUE(client_.InvalidateWithDependencies("key").ok());
  auto stream = client_.OpenWriteStream();
  stream->Write({{.resource_type = "page"}}, {});
  EXPECT_EQ(named, (Lines{"more", "order", "user:#all", "user:1", "t", "k", "key", "page"}));
  EXPECT_EQ(connection_->writes().size(), 3u);
  EXPECT_EQ(client_.GetInvalidationStats()->position.revision, 4u);
}

TEST_F(LocalConnectionTest, WaitingCallsNameTheSubscribersThatAcknowledge) {
  const auto one = client_.Subscribe({.name = "one"}, {});
  const auto two =
      client_.Subscribe({.name = "two", .acknowledgement = Acknowledgement::kNone}, {});
  const auto result =
      client_.Invalidate(InvalidateParams{.everything = true, .wait = WaitForSubscribers{}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->waiting->waited_for, Lines{"one"});
  EXPECT_EQ(result->waiting->not_acknowledging, 1u);
  EXPECT_TRUE(result->waiting->complete());
}

TEST_F(LocalConnectionTest, TheTestAnswersWrites) {
  connection_->AnswerWrites([](const std::vector<WriteEvent>& writes) {
    return WriteResult{.widened = static_cast<uint32_t>(writes.size())};
  });
  EXPECT_EQ(client_.InvalidateByWrite("user", "1", "update")->widened, 1u);
  EXPECT_EQ(connection_->head().revision, 0u);
  connection_->AnswerWrites({});
  EXPECT_EQ(client_.InvalidateByWrite("user", "1", "update")->position.revision, 1u);
}

TEST_F(LocalConnectionTest, EntriesAreKeptAndFound) {
  TaggedCache<int> cache(client_, {.name = "test"});
  EXPECT_TRUE(cache
                  .GetOrLoad("a",
                             [](Load& load) {
                               load.SetShared();
                               load.DependOnKey("elsewhere");
                               return 1;
                             })
                  .ok());
  EXPECT_TRUE(cache.Get("a"));
}

// A callback that publishes does not wait for itself.
TEST_F(LocalConnectionTest, CallbacksMayUseTheConnection) {
  Lines named;
  std::unique_ptr<Subscription> subscription =
      client_.Subscribe({.name = "test"}, {.on_event = [&](const Event& event) {
                          named.push_back(event.invalidations.front().name);
                          if (event.revision == 1) connection_->Publish(Naming("b"));
                          if (event.revision == 2) subscription->Stop();
                        }});
  connection_->Publish(Naming("a"));
  connection_->Publish(Naming("c"));
  EXPECT_EQ(named, (Lines{"a", "b"}));
}

TEST_F(LocalConnectionTest, ThreadsPublishAndSubscribe) {
  constexpr int kThreads = 4;
  constexpr int kEvents = 200;
  uint64_t last = 0;  // callbacks run one at a time
  const auto subscription =
      client_.Subscribe({.name = "test"}, {.on_event = [&last](const Event& event) {
                          EXPECT_EQ(event.revision, last + 1);
                          last = event.revision;
                        }});
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      for (int event = 0; event < kEvents; ++event) {
        std::atomic<uint64_t> reached = 0;
        const auto own = client_.Subscribe(
            {.name = "own"}, {.on_event = [&reached](const Event& e) { reached = e.revision; }});
        const Position position = connection_->Publish(Naming("a"));
        EXPECT_GE(reached, position.revision);  // delivered when Publish returns
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(last, uint64_t{kThreads * kEvents});
}

}  // namespace
}  // namespace cache_invalidation::client
