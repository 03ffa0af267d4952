// SPDX-License-Identifier: Apache-2.0

// Loads whose callers do not wait: with a callback, and with a future. Coroutines: tests/client.

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/tagged_cache.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation::client {
namespace {

using Strings = std::vector<std::string>;

class AsyncTest : public DrivenCacheTest {
 protected:
  AsyncTest() {
    Open({.executor = [this](std::function<void()> task) { tasks_.push_back(std::move(task)); }});
  }

  // Returns a callback that notes its result as text.
  auto Notes() {
    return
        [this](const TaggedCache<std::string>::Result& result) { noted_.push_back(Text(result)); };
  }

  Strings noted_;
  std::deque<std::function<void()>> tasks_;  // last: what it drops is noted
};

TEST_F(AsyncTest, AHitEndsAtOnceAndAMissOnTheExecutor) {
  cache().GetOrLoadAsync("k", Loader("one"), Notes());
  EXPECT_EQ(noted_, Strings());
  ASSERT_EQ(tasks_.size(), 1u);
  tasks_[0]();
  EXPECT_EQ(noted_, Strings({"one"}));
  cache().GetOrLoadAsync("k", Loader("two"), Notes());
  EXPECT_EQ(noted_, Strings({"one", "one"}));
  EXPECT_EQ(tasks_.size(), 1u);
  EXPECT_EQ(cache().Statistics().loads, 1u);
  EXPECT_EQ(cache().Statistics().shared_loads, 0u);
}

TEST_F(AsyncTest, SeveralShareALoad) {
  cache().GetOrLoadAsync("k", Loader("one"), Notes());
  cache().GetOrLoadAsync("k", Loader("two"), Notes());
  ASSERT_EQ(tasks_.size(), 1u);
  tasks_[0]();
  EXPECT_EQ(noted_, Strings({"one", "one"}));
  EXPECT_EQ(cache().Statistics().shared_loads, 1u);
}

TEST_F(AsyncTest, WhoCameAfterAnInvalidationLoadsAgain) {
  const auto touched = [&](Load& load) {
    load.AddTag("a");
    Invalidate("a");
    cache().GetOrLoadAsync("k", Loader("new", {"a"}), Notes());
    return std::string("old");
  };
  cache().GetOrLoadAsync("k", touched, Notes());
  tasks_.at(0)();
  EXPECT_EQ(noted_, Strings({"old"}));
  tasks_.at(1)();
  EXPECT_EQ(noted_, Strings({"old", "new"}));
  EXPECT_EQ(Text(cache().Get("k")), "new");
}

TEST_F(AsyncTest, ACallerThatWaitsRunsWhatIsQueued) {
  cache().GetOrLoadAsync("k", Loader("never"), Notes());
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"))), "two");
  EXPECT_EQ(noted_, Strings({"two"}));
  EXPECT_EQ(cache().Statistics().shared_loads, 1u) << "the one that was queued is not its own";
  tasks_.at(0)();
  EXPECT_EQ(loads_, 1);
}

TEST_F(AsyncTest, AWaitingCallersLoadIsSharedWithoutWaiting) {
  const auto load = [&](Load&) {
    cache().GetOrLoadAsync("k", Loader("never"), Notes());
    EXPECT_EQ(noted_, Strings());
    return std::string("one");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("k", load)), "one");
  EXPECT_EQ(noted_, Strings({"one"}));
  EXPECT_EQ(tasks_.size(), 0u);
}

TEST_F(AsyncTest, ErrorsAreReported) {
  const auto fails = [](Load&) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("no such user");
  };
  cache().GetOrLoadAsync("k", fails, Notes());
  tasks_.at(0)();
  const auto throws = [](Load&) -> std::string { throw std::runtime_error("oh"); };
  cache().GetOrLoadAsync("k", throws, Notes());
  tasks_.at(1)();
  cache().GetOrLoadAsync("k", Loader("never"), Notes());
  tasks_.clear();
  EXPECT_EQ(noted_, Strings({"no such user", "the loader of k threw: oh",
                             "the executor did not run the load"}));
  EXPECT_EQ(cache().Statistics().loads, 3u);
  EXPECT_EQ(cache().Statistics().load_latency.count, 2u) << "no loader ran for the last one";
  EXPECT_EQ(cache().Statistics().shared_loads, 0u);
  Open({});
  cache().GetOrLoadAsync("k", Loader("never"), Notes());
  EXPECT_EQ(noted_.back(), "GetOrLoadAsync needs TaggedCacheOptions::executor");
}

// The loader runs during the call, and its exceptions do not reach the caller.
TEST_F(AsyncTest, AClosedCacheReportsWhatALoaderThrows) {
  const auto run_later = [](const std::function<void()>&) {};
  const TaggedCache<std::string> closed(Client(connection_), {.executor = run_later});
  ASSERT_FALSE(closed.status().ok());
  const auto throws = [](Load&) -> std::string { throw std::runtime_error("oh"); };
  const auto throws_seven = [](Load&) -> std::string { throw 7; };
  closed.GetOrLoadAsync("k", Loader("one"), Notes());
  EXPECT_NO_THROW(closed.GetOrLoadAsync("k", throws, Notes()));
  EXPECT_NO_THROW(closed.GetOrLoadAsync("k", throws_seven, Notes()));
  EXPECT_EQ(noted_, Strings({"one", "the loader of k threw: oh",
                             "the loader of k threw something that is no std::exception"}));
  EXPECT_EQ(Text(closed.GetOrLoadFuture("k", throws).get()), "the loader of k threw: oh");
}

TEST_F(AsyncTest, AnExecutorThatThrowsEndsTheLoad) {
  Open({.executor = [](const std::function<void()>&) { throw std::runtime_error("full"); }});
  cache().GetOrLoadAsync("k", Loader("never"), Notes());
  EXPECT_EQ(noted_, Strings({"the executor did not run the load"}));
  EXPECT_EQ(cache().Statistics().failed_callbacks, 1u);
}

TEST_F(AsyncTest, WhatACallbackThrowsIsCounted) {
  const auto throws = [](const auto&) { throw std::runtime_error("oh"); };
  cache().GetOrLoadAsync("k", Loader("one"), throws);
  EXPECT_NO_THROW(tasks_.at(0)());
  EXPECT_NO_THROW(cache().GetOrLoadAsync("k", Loader("never"), throws));
  EXPECT_EQ(cache().Statistics().failed_callbacks, 2u);
  EXPECT_EQ(Text(cache().Get("k")), "one");
}

TEST_F(AsyncTest, AKeyOfAnotherTypeFails) {
  cache().GetOrLoadAsync("k", Loader("one"), Notes());
  std::string noted;
  TaggedCache<int>(cache()).GetOrLoadAsync(
      "k", [](Load&) { return 7; },
      [&](const TaggedCache<int>::Result& result) {
        noted = std::string(result.status().message());
      });
  EXPECT_EQ(noted, "k is loaded as another type");
}

TEST_F(AsyncTest, StaleValuesEndAtOnce) {
  Open({.stale_for = absl::Seconds(30),
        .executor = [this](std::function<void()> task) { tasks_.push_back(std::move(task)); }});
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  Invalidate("a");
  cache().GetOrLoadAsync("k", Loader("two", {"a"}), Notes(), {.while_revalidating = true});
  EXPECT_EQ(noted_, Strings({"stale one"}));
  tasks_.at(0)();
  EXPECT_EQ(Text(cache().Get("k")), "two");
  Invalidate("a");
  const auto fails = [](Load&) -> absl::StatusOr<std::string> {
    return absl::UnavailableError("no");
  };
  cache().GetOrLoadAsync("k", fails, Notes(), {.if_error = true});
  tasks_.at(1)();
  EXPECT_EQ(noted_.back(), "stale two");
}

TEST_F(AsyncTest, LoadersAndCallbacksMayBeMoveOnly) {
  const auto make = [] { return std::make_unique<std::string>("one"); };
  cache().GetOrLoadAsync(
      "k", [held = make()](Load&) { return *held; },
      [this, held = make()](const auto& result) { noted_.push_back(Text(result) + *held); });
  tasks_.at(0)();
  EXPECT_EQ(noted_, Strings({"oneone"}));
}

TEST_F(AsyncTest, TheCacheStaysOpenUntilItEnds) {
  cache().GetOrLoadAsync("k", Loader("one"), Notes());
  cache_.reset();
  const int stopped = connection_->stopped();
  tasks_.at(0)();
  EXPECT_EQ(noted_, Strings({"one"}));
  tasks_.clear();
  EXPECT_EQ(connection_->stopped(), stopped + 1);
}

TEST_F(AsyncTest, AFutureIsSet) {
  std::future<TaggedCache<std::string>::Result> loaded =
      cache().GetOrLoadFuture("k", Loader("one"));
  EXPECT_EQ(loaded.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  tasks_.at(0)();
  EXPECT_EQ(Text(loaded.get()), "one");
  EXPECT_EQ(Text(cache().GetOrLoadFuture("k", Loader("two")).get()), "one");
}

}  // namespace
}  // namespace cache_invalidation::client
