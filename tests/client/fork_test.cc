// SPDX-License-Identifier: Apache-2.0

// A forked process has copies of the cache and of its locks in their current state, and none of the
// threads that held them or feed it.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/tagged_cache.h"
#include "common/mutex.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation {
namespace {

using client::InvalidationKind;
using client::Load;
using client::TaggedCache;

// How long a child may take before a signal ends it.
constexpr unsigned kSecondsPerChild = 20;

class ForkTest : public DrivenCacheTest {
 protected:
  // Runs `what` in a child, and expects that it returns "": otherwise, what did not hold.
  void ExpectInChild(const std::function<std::string()>& what) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(kSecondsPerChild);
      const std::string failure = what();
      if (!failure.empty()) static_cast<void>(write(STDERR_FILENO, failure.data(), failure.size()));
      _exit(failure.empty() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_FALSE(WIFSIGNALED(status)) << "it hung: signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }

  // Returns what does not hold of the cache in a child.
  std::string LooksClosed() {
    if (cache().Get("k")) return "it serves what the parent had";
    if (cache().Get("k", {.while_revalidating = true, .while_fenced = true})) return "it is fenced";
    for (const std::string value : {"first", "second"}) {
      const auto load = [&](Load& load) {
        load.AddTag("a");
        load.DependOnKey("part");
        load.SetShared();
        return value;
      };
      if (Text(cache().GetOrLoad("k", load)) != value) return "it does not load each time";
    }
    const auto fails = [](Load&) -> absl::StatusOr<std::string> {
      return absl::DataLossError("no");
    };
    if (cache().GetOrLoad("k", fails).status() != absl::DataLossError("no")) return "no error";
    cache().Drop({"a"}, {"k"});
    cache().DropEverything();
    if (cache().AwaitLive(absl::InfiniteDuration())) return "it has a lease";
    if (cache().AwaitApplied({.epoch = "e"}, absl::InfiniteDuration())) return "it applies";
    if (cache().status().ok()) return "it does not tell why";
    if (cache().Statistics().is_live) return "its statistics live";
    if (cache().Statistics().entries != 0) return "it has entries";
    return "";
  }
};

TEST_F(ForkTest, AChildSeesAClosedCache) {
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  ExpectInChild([this] { return LooksClosed(); });
  EXPECT_EQ(Text(cache().Get("k")), "one") << "the parent goes on";
  Invalidate("a");
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"))), "two");
}

TEST_F(ForkTest, AChildEndsItsCopy) {
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  ExpectInChild([this] {
    const int stopped = connection_->stopped();
    { const TaggedCache<std::string> copy = cache(); }
    cache_.reset();
    // The thread of the subscription does not exist here, so it must not be waited for.
    return connection_->stopped() == stopped ? "" : "it stops the subscription of its parent";
  });
  EXPECT_EQ(Text(cache().Get("k")), "one");
}

TEST_F(ForkTest, AChildDoesNotWaitForALoadOfItsParent) {
  std::thread other;
  cache()
      .GetOrLoad("k",
                 [&](Load&) {
                   // On a thread that is not the one that loads.
                   other = std::thread([&] { ExpectInChild([this] { return LooksClosed(); }); });
                   other.join();
                   return std::string("one");
                 })
      .IgnoreError();
  EXPECT_EQ(Text(cache().Get("k")), "one");
}

// A loader may fork: both processes return from it.
TEST_F(ForkTest, ALoadEndsInBothProcesses) {
  pid_t child = -1;
  const auto forks = [&](Load& load) {
    load.AddTag("a");
    child = fork();
    if (child == 0) alarm(kSecondsPerChild);
    return std::string("one");
  };
  const std::string value = Text(cache().GetOrLoad("k", forks));
  if (child == 0) _exit(value == "one" && !cache().Get("k") && LooksClosed().empty() ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_FALSE(WIFSIGNALED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(Text(cache().Get("k")), "one");
}

// The same, while another thread loads one of the keys: it does not exist in the child.
TEST_F(ForkTest, ALoadOfSeveralKeysEndsInBothProcesses) {
  std::thread other;
  pid_t child = -1;
  const auto forks = [&](absl::Span<Load* const> missing) {
    TaggedCache<std::string>::Values values;
    for (Load* const load : missing) {
      load->AddTag("a");
      values.push_back("own " + load->key());
    }
    if (child >= 0) return values;
    child = fork();
    if (child == 0) alarm(kSecondsPerChild);
    return values;
  };
  std::vector<TaggedCache<std::string>::Result> results;
  const auto load_b = [&](Load&) {
    // "b" runs until the call for both keys waits for it.
    other = std::thread([&] {
      results = cache().GetOrLoadMany({"a", "b", "c"}, forks);
      if (child != 0) return;
      std::string texts;
      for (const auto& result : results) texts += Text(result) + ",";
      _exit(texts == "own a,own b,own c," && LooksClosed().empty() ? 0 : 1);
    });
    clock_.AwaitWaiters(1);
    return std::string("others b");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("b", load_b)), "others b");
  other.join();
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(Text(results[0]), "own a");
  EXPECT_EQ(Text(results[1]), "others b");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_FALSE(WIFSIGNALED(status)) << "it hung: signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(ForkTest, WhatAnExecutorHoldsIsNotKeptInAChild) {
  std::vector<std::function<void()>> tasks;
  Open({.executor = [&](std::function<void()> task) { tasks.push_back(std::move(task)); }});
  for (const std::string key : {"j", "k"}) {
    cache().GetOrLoad(key, Loader("one", {"a"})).IgnoreError();
  }
  Invalidate("a", InvalidationKind::kMarkStale);
  for (const std::string key : {"j", "k"}) {
    cache().GetOrLoad(key, Loader("two"), {.while_revalidating = true}).IgnoreError();
  }
  ASSERT_EQ(tasks.size(), 2u);
  ExpectInChild([&] {
    tasks[0]();
    tasks.clear();
    return LooksClosed();
  });
  tasks[1]();
  EXPECT_EQ(Text(cache().Get("k")), "two");
}

TEST_F(ForkTest, AChildMayOpenACacheOfItsOwn) {
  cache().GetOrLoad("k", Loader("one")).IgnoreError();
  ExpectInChild([this]() -> std::string {
    connection_ = std::make_shared<ScriptedConnection>();
    static_cast<void>(cache_.release());
    Open({});
    if (Text(cache().GetOrLoad("k", Loader("two"))) != "two") return "it is not empty";
    if (Text(cache().GetOrLoad("k", Loader("three"))) != "two") return "it keeps nothing";
    Invalidate("a");
    return cache().Statistics().events == 1 ? "" : "it applies nothing";
  });
}

// Forks while all locks are busy.
TEST_F(ForkTest, NoChildHangs) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      for (int n = i; !stop; ++n) {
        const std::string key = n % 4 == 0 ? "k" : "key:" + std::to_string(n % 64);
        const auto load = [](Load& load) {
          load.AddTag("a");
          return std::string(1'000, 'x');
        };
        cache().GetOrLoad(key, load).IgnoreError();
        if (n % 16 == 0) cache().Statistics();
      }
    });
  }
  threads.emplace_back([&] {
    while (!stop) cache().Drop({"a"});
  });
  for (int i = 0; i < 60; ++i) ExpectInChild([this] { return LooksClosed(); });
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(cache().status(), absl::OkStatus());
}

}  // namespace
}  // namespace cache_invalidation
