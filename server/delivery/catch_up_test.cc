// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/catch_up.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/storage/memory_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/silent_delivery_observer.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation::delivery {
namespace {

class RecordingObserver final : public SilentDeliveryObserver {
 public:
  void OnCatchUpRead(absl::StatusCode code, size_t bytes) override {
    codes_.push_back(code);
    bytes_ += bytes;
  }

  std::vector<absl::StatusCode> codes_;
  size_t bytes_ = 0;
};

class CatchUpTest : public testing::Test {
 protected:
  // One chunk for each call.
  void Append(int events) {
    storage::WriteBatch batch;
    batch.chunks = history_.Add(TagEvents("tag:", events));
    ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  }

  // The revisions of the stretch at `revision`: "2-5"; "" if it is yet to be read, "gone" if it
  // cannot be.
  std::string Find(uint64_t revision, uint64_t channel_id = 1) {
    const std::shared_ptr<const Stretch> stretch =
        catch_up_.FindOrAsk(channel_id, "shop", {revision, 0});
    if (stretch == nullptr) return "";
    if (stretch->empty()) return "gone";
    return std::to_string(stretch->front()->first_revision()) + "-" +
           std::to_string(stretch->back()->last_revision());
  }

  FakeClock clock_;
  storage::MemoryStore store_;
  RecordingObserver observer_;
  HistoryBuilder history_{"shop"};
  CatchUp catch_up_{store_, clock_, observer_};
};

TEST_F(CatchUpTest, ReadsWhatIsAskedForInOrder) {
  Append(3);
  Append(4);
  EXPECT_EQ(catch_up_.ReadNext(), std::nullopt);
  EXPECT_EQ(Find(4, 7), "");
  EXPECT_EQ(Find(1, 8), "");
  EXPECT_EQ(catch_up_.ReadNext(), 7u);
  EXPECT_EQ(Find(4, 7), "4-7");
  EXPECT_EQ(Find(1, 8), "") << "it is next";
  EXPECT_EQ(catch_up_.ReadNext(), 8u);
  EXPECT_EQ(Find(1, 8), "1-7");
  EXPECT_EQ(catch_up_.ReadNext(), std::nullopt);
}

TEST_F(CatchUpTest, WhoeverIsWithinAStretchSharesIt) {
  Append(3);
  Append(4);
  EXPECT_EQ(Find(2), "");
  EXPECT_EQ(Find(2), "");
  EXPECT_EQ(catch_up_.ReadNext(), 1u);
  EXPECT_EQ(catch_up_.ReadNext(), std::nullopt) << "equal requests are one";
  EXPECT_EQ(Find(2), "1-7");
  EXPECT_EQ(Find(7), "1-7");
  EXPECT_EQ(Find(2, 9), "") << "another namespace";
}

TEST_F(CatchUpTest, TellsWhatCannotBeReadAnyMore) {
  Append(3);
  Append(4);
  EXPECT_EQ(Find(2), "");
  storage::WriteBatch batch;
  batch.trims = {{"shop", 3}};
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  EXPECT_EQ(catch_up_.ReadNext(), 1u);
  EXPECT_EQ(Find(2), "gone");
  EXPECT_EQ(observer_.codes_, std::vector<absl::StatusCode>{absl::StatusCode::kOutOfRange});
  EXPECT_EQ(observer_.bytes_, 0u);
}

TEST_F(CatchUpTest, OnlyWhoAsksHasItRead) {
  Append(3);
  EXPECT_EQ(catch_up_.Find(1, {2, 0}), nullptr);
  EXPECT_EQ(catch_up_.ReadNext(), std::nullopt);
  Find(2);
  EXPECT_EQ(catch_up_.ReadNext(), 1u);
  EXPECT_NE(catch_up_.Find(1, {2, 0}), nullptr);
  EXPECT_EQ(observer_.codes_, std::vector<absl::StatusCode>{absl::StatusCode::kOk});
  EXPECT_GT(observer_.bytes_, 0u);
}

TEST_F(CatchUpTest, KeepsFewStretchesAndThoseNotFoundBeforeOthers) {
  for (int i = 0; i < 20; ++i) Append(1);
  const uint64_t many = kMaxCatchUpRequests;
  for (uint64_t channel = 1; channel <= many; ++channel) {
    Find(1, channel);
    EXPECT_EQ(catch_up_.ReadNext(), channel);
  }
  EXPECT_NE(Find(1, 3), "");
  Find(1, many + 1);
  EXPECT_EQ(catch_up_.ReadNext(), many + 1);
  EXPECT_EQ(Find(1, 3), "") << "it had been found";
  EXPECT_NE(Find(1, 1), "");
}

// Nobody comes for eight stretches: the ninth is read when they have had their time.
TEST_F(CatchUpTest, DoesNotReadAheadOfThoseWhoAsk) {
  Append(1);
  const uint64_t many = kMaxCatchUpRequests;
  for (uint64_t channel = 1; channel <= many + 2; ++channel) Find(1, channel);
  std::atomic<uint64_t> read = 0;
  std::thread reader([&] {
    while (catch_up_.AwaitWork()) read = *catch_up_.ReadNext();
  });
  clock_.AwaitWaiters(1);
  EXPECT_EQ(read, many);
  EXPECT_NE(Find(1, 5), "");
  while (read < many + 1) std::this_thread::yield();
  clock_.AwaitWaiters(1);
  EXPECT_EQ(read, many + 1) << "one was found, so one more was read";
  clock_.Advance(absl::Milliseconds(250));
  while (read < many + 2) std::this_thread::yield();
  catch_up_.Stop();
  reader.join();
}

class LastMoved final : public Outlet {
 public:
  void Deliver(std::vector<Completion>, std::vector<uint64_t> moved) override {
    for (const uint64_t channel : moved) moved_ = channel;
  }
  void Abandon(std::vector<Completion>) override {}

  std::atomic<uint64_t> moved_ = 0;
};

TEST_F(CatchUpTest, TheThreadHasTheStreamsDriven) {
  Append(3);
  LastMoved outlet;
  CatchUpThread thread(catch_up_, outlet);
  Find(1, 42);
  while (outlet.moved_ == 0) std::this_thread::yield();
  EXPECT_EQ(outlet.moved_, 42u);
  EXPECT_EQ(Find(1, 42), "1-3");
}

}  // namespace
}  // namespace cache_invalidation::delivery
