// SPDX-License-Identifier: Apache-2.0

// Thousands of streams are opened, half-closed, cancelled, stalled and left alone while events are
// published; then the server stops. Nothing may crash, hang, leak or race: this test is for the
// sanitizers as much as for its expectations.

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "tests/delivery/delivery_server.h"

namespace cache_invalidation {
namespace {

constexpr int kThreads = 8;
constexpr int kStreamsPerThread = 300;
constexpr size_t kStalledPerThread = 16;

class ChurnTest : public testing::Test {
 protected:
  static v1::SubscribeRequest First(std::mt19937& random) {
    v1::SubscribeRequest first =
        random() % 2 == 0 ? FirstMessage("shop") : FirstMessageAfter("shop", random() % 1000);
    v1::Subscription& subscription = *first.mutable_subscription();
    subscription.set_instance(absl::StrCat(random() % 500));
    subscription.mutable_lease()->set_seconds(1);
    if (random() % 3 == 0) subscription.add_tags(absl::StrCat("tag:", random() % 5));
    if (random() % 3 == 0) subscription.add_key_prefixes("k");
    if (random() % 20 == 0) subscription.set_namespace_("empty");
    first.set_sequence(1);
    return first;
  }

  static v1::SubscribeRequest Later(std::mt19937& random) {
    v1::SubscribeRequest later;
    later.set_sequence(2 + random() % 3);
    if (random() % 10 == 0) later.set_acknowledged_revision(1ull << 60);
    return later;
  }

  // One short life of a stream; those that stall are added to `stalled`.
  void Live(const std::shared_ptr<grpc::Channel>& channel, std::mt19937& random,
            std::deque<std::unique_ptr<TestStream>>& stalled) {
    auto stream = std::make_unique<TestStream>(channel);
    if (random() % 20 == 0) return;  // cancelled before its first message
    if (random() % 20 == 0) {
      stream->HalfClose();  // there will be none
      Stall(std::move(stream), stalled);
      return;
    }
    if (random() % 20 == 0) {
      stream->Send(v1::SubscribeRequest());
      EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
      return;
    }
    stream->Send(First(random));
    switch (random() % 6) {
      case 0:  // leaves at once
        return;
      case 1:  // reads a little and leaves
        for (size_t n = random() % 3; n > 0; --n) stream->Read();
        return;
      case 2:  // renews, until it sends something wrong or leaves
        for (size_t n = random() % 8; n > 0 && stream->Send(Later(random)); --n) {
        }
        stream->Read();
        return;
      case 3:  // goes on listening after a half-close
        stream->HalfClose();
        break;
      case 4:  // sends many messages, then none
        for (size_t n = random() % 8; n > 0; --n) stream->Send(Later(random));
        break;
      default:
        break;
    }
    Stall(std::move(stream), stalled);
  }

  // Leaves the stream alone for a while.
  static void Stall(std::unique_ptr<TestStream> stream,
                    std::deque<std::unique_ptr<TestStream>>& stalled) {
    stalled.push_back(std::move(stream));
    if (stalled.size() > kStalledPerThread) stalled.pop_front();
  }

  // One group for every stream so far, so that a stalled one soon exceeds gRPC's buffers.
  void PublishUntilDone(DeliveryServer& server) {
    std::mt19937 random(seed_);
    HistoryBuilder history("shop");
    for (int groups = 0; AwaitStream(groups); ++groups) {
      std::vector<Targets> events = TagEvents("tag:", random() % 10 + 1);
      if (random() % 10 == 0) events.push_back(LargeEvent("k", random() % 6 + 1, {}));
      server.Publish(history, events);
    }
  }

  // Blocks until there have been more than `groups` streams; false if there will be no more.
  bool AwaitStream(int groups) {
    MutexLock lock(mutex_);
    while (lived_ <= groups && living_ > 0) changed_.Wait(mutex_);
    return lived_ > groups;
  }

  void CountStream() {
    MutexLock lock(mutex_);
    ++lived_;
    changed_.NotifyAll();
  }

  void CountThreads(int started) {
    MutexLock lock(mutex_);
    living_ += started;
    changed_.NotifyAll();
  }

  // Runs the streams; returns those that are left stalled.
  std::vector<std::deque<std::unique_ptr<TestStream>>> Churn(DeliveryServer& server) {
    std::vector<std::deque<std::unique_ptr<TestStream>>> stalled(kThreads);
    CountThreads(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, t, &server, &mine = stalled[t]] {
        std::mt19937 random(seed_ + t);
        std::shared_ptr<grpc::Channel> channel = server.Connect();
        for (int i = 0; i < kStreamsPerThread; ++i) {
          if (random() % 50 == 0) channel = server.Connect();
          Live(channel, random, mine);
          CountStream();
        }
        CountThreads(-1);
      });
    }
    PublishUntilDone(server);
    for (std::thread& thread : threads) thread.join();
    return stalled;
  }

  static DeliveryServer::Options SmallWindow() {
    return {.event_cache_bytes = 4 << 20, .stored = std::nullopt};
  }

  void ExpectNothingLeft(DeliveryServer& server) {
    const CountingObserver::Counts counts = server.observer().counts();
    EXPECT_EQ(counts.opened, counts.ended_in_all());
    EXPECT_EQ(server.service().streams(), 0u);
    EXPECT_EQ(server.hub().subscribers("shop"), 0u);
    EXPECT_EQ(server.hub().subscribers("empty"), 0u);
    // Of those that left at once some never got so far.
    EXPECT_GE(counts.opened, size_t{kThreads * kStreamsPerThread * 8 / 10});
    EXPECT_GT(counts.messages, 1000u);
    EXPECT_GT(counts.resets, 0u);
  }

  const uint32_t seed_ = std::random_device{}();
  Mutex mutex_;
  CondVar changed_;
  int living_ ABSL_GUARDED_BY(mutex_) = 0;  // threads
  int lived_ ABSL_GUARDED_BY(mutex_) = 0;   // streams
};

TEST_F(ChurnTest, EveryStreamEndsWhenItsClientLeaves) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  RealClock clock;
  DeliveryServer server(SmallWindow(), clock);
  Churn(server).clear();
  server.Shutdown(absl::InfiniteDuration());
  ExpectNothingLeft(server);
}

TEST_F(ChurnTest, EveryStreamEndsWhenTheServerDrains) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  RealClock clock;
  DeliveryServer server(SmallWindow(), clock);
  auto stalled = Churn(server);
  server.outbox().Drain(absl::Milliseconds(200));
  // The server has no deadline of its own here: draining ends even streams that are not read.
  server.Shutdown(absl::InfiniteDuration());
  ExpectNothingLeft(server);
  EXPECT_GT(server.observer().counts().stalled, 0u);
}

TEST_F(ChurnTest, EveryStreamEndsWhenTheStoreFails) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  RealClock clock;
  DeliveryServer server(SmallWindow(), clock);
  auto stalled = Churn(server);
  server.hub().Abandon({});
  server.Shutdown(absl::InfiniteDuration());
  ExpectNothingLeft(server);
}

TEST_F(ChurnTest, EveryStreamEndsWhenTheServerIsShutDown) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  RealClock clock;
  DeliveryServer server(SmallWindow(), clock);
  auto stalled = Churn(server);
  server.Shutdown(absl::ZeroDuration());
  ExpectNothingLeft(server);
}

}  // namespace
}  // namespace cache_invalidation
