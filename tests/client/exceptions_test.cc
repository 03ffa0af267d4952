// SPDX-License-Identifier: Apache-2.0

// An exception of an application's callback makes its load fail, or is counted: no waiting caller
// is left waiting, no thread ends, and cached values are still served.

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/tagged_cache.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation {
namespace {

using client::Cached;
using client::Event;
using client::InvalidationKind;
using client::Load;
using client::ReadOptions;
using client::TaggedCache;

constexpr ReadOptions kAccepts{.while_revalidating = true};

class ExceptionsTest : public DrivenCacheTest {
 protected:
  using Task = std::function<void()>;

  // An executor that keeps what it is given in tasks_.
  void OpenWithQueue() {
    Open({.executor = [this](Task task) { tasks_.push_back(std::move(task)); }});
  }

  void FillAndMark(const std::string& key) {
    cache().GetOrLoad(key, Loader("one", {"a"})).IgnoreError();
    Invalidate("a", InvalidationKind::kMarkStale);
  }

  // The next load works, and its value is kept.
  void ExpectNothingIsStuck(const std::string& key) {
    EXPECT_EQ(Text(cache().GetOrLoad(key, Loader("next"))), "next");
    EXPECT_EQ(Text(cache().Get(key)), "next");
  }

  static absl::StatusOr<std::string> Throws(Load&) { throw std::runtime_error("no database"); }
  static absl::StatusOr<std::string> ThrowsNumber(Load&) { throw 7; }

  std::vector<Task> tasks_;
};

TEST_F(ExceptionsTest, ALoaderThatThrowsFailsItsLoad) {
  EXPECT_THROW(cache().GetOrLoad("k", Throws).IgnoreError(), std::runtime_error);
  EXPECT_THROW(cache().GetOrLoad("k", ThrowsNumber).IgnoreError(), int);
  EXPECT_EQ(cache().Statistics().failed_loads, 2u);
  ExpectNothingIsStuck("k");
}

TEST_F(ExceptionsTest, WhoHadJoinedIsToldWhatWasThrown) {
  for (const auto& [throws, message] :
       {std::pair(&Throws, "the loader of k threw: no database"),
        std::pair(&ThrowsNumber, "the loader of k threw something that is no std::exception")}) {
    absl::Status joined;
    std::thread other;
    try {
      cache()
          .GetOrLoad("k",
                     [&](Load& load) {
                       other = std::thread(
                           [&] { joined = cache().GetOrLoad("k", Loader("never")).status(); });
                       clock_.AwaitWaiters(1);
                       return throws(load);
                     })
          .IgnoreError();
      ADD_FAILURE() << "it is the caller's own loader";
    } catch (...) {
    }
    other.join();
    EXPECT_EQ(joined, absl::UnknownError(message));
  }
  ExpectNothingIsStuck("k");
}

TEST_F(ExceptionsTest, AValueThatCannotBeMovedOutFailsItsLoad) {
  struct Heavy {
    Heavy() = default;
    Heavy(Heavy&&) { throw std::bad_alloc(); }
  };
  const TaggedCache<Heavy> heavy(cache());
  EXPECT_THROW(heavy.GetOrLoad("k", [](Load&) { return Heavy(); }).IgnoreError(), std::bad_alloc);
  EXPECT_EQ(cache().Statistics().failed_loads, 1u);
  ExpectNothingIsStuck("k");
}

TEST_F(ExceptionsTest, ALoaderOfTheBackgroundThatThrowsFailsItsLoad) {
  for (const auto throws : {&Throws, &ThrowsNumber}) {
    tasks_.clear();
    OpenWithQueue();
    FillAndMark("k");
    EXPECT_EQ(Text(cache().GetOrLoad("k", throws, kAccepts)), "stale one");
    ASSERT_EQ(tasks_.size(), 1u);
    EXPECT_NO_THROW(tasks_[0]()) << "the executor's thread goes on";
    EXPECT_EQ(cache().Statistics().failed_loads, 1u);
    EXPECT_EQ(Text(cache().GetOrLoad("k", throws, kAccepts)), "stale one") << "and is tried again";
    ASSERT_EQ(tasks_.size(), 2u);
    EXPECT_NO_THROW(tasks_[1]());
    ExpectNothingIsStuck("k");
  }
}

TEST_F(ExceptionsTest, WhatAnExecutorThrowsIsCounted) {
  Open({.executor = [](const Task&) { throw std::runtime_error("the queue is full"); }});
  FillAndMark("k");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"), kAccepts)), "stale one");
  EXPECT_EQ(cache().Statistics().failed_loads, 1u);
  EXPECT_EQ(cache().Statistics().failed_callbacks, 1u);
  EXPECT_EQ(loads_, 1);
  ExpectNothingIsStuck("k");
}

TEST_F(ExceptionsTest, AnExecutorMayThrowAfterItTookTheTask) {
  Open({.executor = [this](const Task& task) {
    tasks_.push_back(task);
    throw std::runtime_error("the queue is nearly full");
  }});
  FillAndMark("k");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"), kAccepts)), "stale one");
  ASSERT_EQ(tasks_.size(), 1u);
  tasks_[0]();
  EXPECT_EQ(Text(cache().Get("k")), "two");
}

TEST_F(ExceptionsTest, ALoaderThatCannotBeCopiedFailsItsLoad) {
  struct Loads {
    Loads() = default;
    Loads(const Loads&) { throw std::bad_alloc(); }
    std::string operator()(Load&) const { return "two"; }
  };
  OpenWithQueue();
  FillAndMark("k");
  const Loads loads;
  EXPECT_EQ(Text(cache().GetOrLoad("k", loads, kAccepts)), "stale one");
  EXPECT_EQ(cache().Statistics().failed_loads, 1u);
  ExpectNothingIsStuck("k");
}

TEST_F(ExceptionsTest, ListenersMayThrow) {
  const auto throws = [](const auto&) { throw std::runtime_error("no log"); };
  Open({.listener = {.on_started = throws,
                     .on_reset = throws,
                     .on_event = throws,
                     .on_progress = throws,
                     .on_disconnected = throws,
                     .on_ended = throws}});
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  EXPECT_TRUE(cache().Get("k")) << "it has a lease";
  EXPECT_NO_THROW(Invalidate("a"));
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_NO_THROW(service().on_reset({.start_after = {.epoch = "e", .revision = 7}}));
  EXPECT_NO_THROW(service().on_disconnected(absl::UnavailableError("")));
  EXPECT_NO_THROW(service().on_ended(absl::PermissionDeniedError("")));
  EXPECT_EQ(cache().status(), absl::PermissionDeniedError(""));
  EXPECT_EQ(cache().Statistics().failed_callbacks, 6u);
}

TEST_F(ExceptionsTest, WhatTheRandomSourceThrowsShortensALife) {
  Open({.ttl = absl::Seconds(8), .ttl_jitter = 0.5, .random = []() -> double {
          throw std::runtime_error("no entropy");
        }});
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("one"))), "one");
  EXPECT_TRUE(cache().Get("k"));
  clock_.Advance(absl::Seconds(4));
  EXPECT_FALSE(cache().Get("k")) << "all of the jitter is taken off";
}

// ---- Loads that wait in an executor

// One worker, and a load whose loader needs a value whose load is queued behind it.
TEST_F(ExceptionsTest, WhoNeedsAQueuedLoadRunsIt) {
  OpenWithQueue();
  FillAndMark("b");
  cache().GetOrLoad("a", Loader("one", {"a"})).IgnoreError();
  Invalidate("a", InvalidationKind::kMarkStale);
  const auto needs_b = [this](Load&) { return Text(cache().GetOrLoad("b", Loader("new b"))); };
  EXPECT_EQ(Text(cache().GetOrLoad("a", needs_b, kAccepts)), "stale one");
  EXPECT_EQ(Text(cache().GetOrLoad("b", Loader("never"), kAccepts)), "stale one");
  ASSERT_EQ(tasks_.size(), 2u);
  tasks_[0]();
  EXPECT_EQ(Text(cache().Get("a")), "new b");
  EXPECT_EQ(Text(cache().Get("b")), "new b");
  const int loads = loads_;
  tasks_[1]();
  EXPECT_EQ(loads_, loads) << "it was run already";
  EXPECT_EQ(Text(cache().Get("b")), "new b");
}

TEST_F(ExceptionsTest, WhoDoesNotTakeWhatIsStaleRunsAQueuedLoad) {
  OpenWithQueue();
  FillAndMark("k");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("never"), kAccepts)), "stale one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"))), "two");
  tasks_.clear();  // these have been run
  EXPECT_EQ(Text(cache().Get("k")), "two");
  EXPECT_EQ(cache().Statistics().failed_loads, 0u);
}

TEST_F(ExceptionsTest, AFailureOfAQueuedLoadIsThatOfWhoRunsIt) {
  OpenWithQueue();
  FillAndMark("k");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("never"), kAccepts)), "stale one");
  EXPECT_THROW(cache().GetOrLoad("k", Throws).IgnoreError(), std::runtime_error);
  tasks_[0]();
  EXPECT_EQ(Text(cache().Get("k", kAccepts)), "stale one");
  ExpectNothingIsStuck("k");
}

TEST_F(ExceptionsTest, AQueuedLoadOfAnotherTypeIsNotRun) {
  OpenWithQueue();
  FillAndMark("k");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"), kAccepts)), "stale one");
  const TaggedCache<int> numbers(cache());
  EXPECT_EQ(numbers.GetOrLoad("k", [](Load&) { return 7; }).status().code(),
            absl::StatusCode::kFailedPrecondition);
  tasks_[0]();
  EXPECT_EQ(Text(cache().Get("k")), "two");
}

TEST_F(ExceptionsTest, AnExecutorMayRunALoadAtOnce) {
  Open({.executor = [](const Task& task) { task(); }});
  FillAndMark("k");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"), kAccepts)), "stale one");
  EXPECT_EQ(Text(cache().Get("k")), "two");
}

// Several threads may try to run it; one does.
TEST_F(ExceptionsTest, AQueuedLoadRunsOnce) {
  OpenWithQueue();
  for (int round = 0; round < 50; ++round) {
    tasks_.clear();
    FillAndMark("k");
    const int loads = loads_;
    EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two", {"a"}), kAccepts)), "stale one");
    ASSERT_EQ(tasks_.size(), 1u);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(tasks_[0]);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(loads_, loads + 1);
    cache().Drop({}, {"k"});
  }
}

}  // namespace
}  // namespace cache_invalidation
