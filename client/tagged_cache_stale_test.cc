// SPDX-License-Identifier: Apache-2.0

// Values that are served after their end: flagged, for as long as the options say, and only to
// callers that accept them.

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "client/tagged_cache.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation::client {
namespace {

constexpr ReadOptions kRevalidating{.while_revalidating = true};
constexpr ReadOptions kIfError{.if_error = true};

class StaleTest : public DrivenCacheTest {
 protected:
  StaleTest() { OpenFor(absl::Seconds(30)); }

  void OpenFor(absl::Duration stale_for, double refresh_ahead = 0) {
    tasks_.clear();
    Open({.ttl_jitter = 0,
          .refresh_ahead = refresh_ahead,
          .stale_for = stale_for,
          .executor = [this](std::function<void()> task) { tasks_.push_back(std::move(task)); }});
  }

  void Fill(const std::string& value = "one", absl::Duration ttl = absl::InfiniteDuration()) {
    const auto load = [&](Load& load) {
      load.AddTag("a");
      load.SetTtl(ttl);
      return value;
    };
    cache().GetOrLoad("k", load).IgnoreError();
  }

  // Advances the clock, and renews the lease meanwhile.
  void Pass(absl::Duration time) {
    for (; time > absl::Seconds(5); time -= absl::Seconds(5)) {
      clock_.Advance(absl::Seconds(5));
      Renew();
    }
    clock_.Advance(time);
    Renew();
  }

  std::string Failing(const ReadOptions& options) {
    const auto fails = [](Load&) -> absl::StatusOr<std::string> {
      return absl::UnavailableError("no database");
    };
    return Text(cache().GetOrLoad("k", fails, options));
  }

  std::vector<std::function<void()>> tasks_;
};

TEST_F(StaleTest, WhatAnEventEvictedIsStaleForSoLong) {
  Fill();
  Invalidate("a");
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_FALSE(cache().Get("k", {.while_fenced = true}));
  EXPECT_EQ(Text(cache().Get("k", kRevalidating)), "stale one");
  EXPECT_EQ(Failing({}), "no database");
  EXPECT_EQ(Failing(kIfError), "stale one");
  EXPECT_EQ(cache().Statistics().stale_entries, 1u);
  EXPECT_EQ(cache().Statistics().entries, 0u);
  EXPECT_EQ(cache().Statistics().stale_on_error, 1u);
  Pass(absl::Milliseconds(29'999));
  EXPECT_EQ(Failing(kIfError), "stale one");
  Pass(absl::Milliseconds(1));
  EXPECT_EQ(Failing(kIfError), "no database");
  EXPECT_FALSE(cache().Get("k", kRevalidating));
  EXPECT_EQ(cache().Statistics().stale_entries, 0u);
}

TEST_F(StaleTest, WhatExpiredIsStaleForSoLong) {
  Fill("one", absl::Seconds(4));
  Pass(absl::Seconds(4));
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(Text(cache().Get("k", kRevalidating)), "stale one");
  Pass(absl::Seconds(20));
  Invalidate("a");
  EXPECT_EQ(Failing(kIfError), "stale one") << "since it expired";
  Pass(absl::Seconds(10));
  EXPECT_EQ(Failing(kIfError), "no database");
}

TEST_F(StaleTest, OneLoadsAndOthersTakeWhatIsStale) {
  Fill();
  Invalidate("a");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"), kRevalidating)), "stale one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("three"), kRevalidating)), "stale one");
  ASSERT_EQ(tasks_.size(), 1u);
  tasks_[0]();
  EXPECT_EQ(Text(cache().Get("k", kRevalidating)), "two");
  EXPECT_EQ(cache().Statistics().stale_entries, 0u);
}

TEST_F(StaleTest, WithoutAnExecutorTheFinderLoads) {
  Open({.stale_for = absl::Seconds(30)});
  Fill();
  Invalidate("a");
  const auto again = [&](Load&) {
    return Text(cache().GetOrLoad("k", Loader("never"), kRevalidating));
  };
  EXPECT_EQ(Text(cache().GetOrLoad("k", again, kRevalidating)), "stale one");
  EXPECT_EQ(loads_, 0);
}

TEST_F(StaleTest, AMoveOnlyLoaderRunsOnTheCallersThread) {
  Fill();
  Invalidate("a");
  auto held = std::make_unique<std::string>("two");
  const auto load = [held = std::move(held)](Load&) { return *held; };
  EXPECT_EQ(Text(cache().GetOrLoad("k", load, kRevalidating)), "two");
  EXPECT_EQ(tasks_.size(), 0u);
}

TEST_F(StaleTest, NothingComputedFromItIsKept) {
  connection_->on_lookup_entry = [](const LookupEntryParams&) {
    return EntryLookup{.state = EntryState::kFresh};  // another process has loaded it anew
  };
  Fill();
  Invalidate("a");
  const auto page = [&](Load& load) {
    load.DependOnKey("k");
    return "page of " + Text(cache().Get("k", kRevalidating));
  };
  EXPECT_EQ(Text(cache().GetOrLoad("page", page)), "page of stale one");
  EXPECT_FALSE(cache().Get("page"));
  const auto page_of_new = [&](Load& load) {
    const std::string text = page(load);
    Fill("two");
    return text;
  };
  EXPECT_EQ(Text(cache().GetOrLoad("page", page_of_new)), "page of stale one");
  EXPECT_FALSE(cache().Get("page")) << "its names are those of another value";
  Invalidate("a");
  const auto page_of_ended = [&](Load& load) {
    const std::string text = page(load);
    Pass(absl::Seconds(30));
    cache().Drop({"any"});
    EXPECT_EQ(cache().Statistics().stale_entries, 0u);
    return text;
  };
  EXPECT_EQ(Text(cache().GetOrLoad("page", page_of_ended)), "page of stale two");
  EXPECT_FALSE(cache().Get("page")) << "it was there when the load began";
}

// A loader may fail because of a stale value that it read. Callers that share its load have not
// accepted stale values.
TEST_F(StaleTest, NoErrorComputedFromItIsShared) {
  const std::vector<std::function<std::string()>> failures = {
      []() -> std::string { return "gone"; },
      []() -> std::string { throw std::runtime_error("oh"); },
  };
  for (const bool many : {false, true}) {
    for (const auto& fail : failures) {
      OpenFor(absl::Seconds(30));
      Fill();
      Invalidate("a");
      std::thread other;
      std::string others;
      const auto fails = [&](Load&) -> absl::StatusOr<std::string> {
        other = std::thread([&] { others = Text(cache().GetOrLoad("page", Loader("fresh"))); });
        clock_.AwaitWaiters(1);
        EXPECT_EQ(Text(cache().Get("k", kRevalidating)), "stale one");
        return absl::NotFoundError(fail());
      };
      const auto all_fail = [&](absl::Span<Load* const> missing) {
        return TaggedCache<std::string>::Values{fails(*missing[0])};
      };
      try {
        const absl::StatusOr<Cached<std::string>> own =
            many ? cache().GetOrLoadMany({"page"}, all_fail)[0] : cache().GetOrLoad("page", fails);
        EXPECT_EQ(Text(own), "gone");
      } catch (const std::runtime_error&) {
      }
      other.join();
      EXPECT_EQ(others, "fresh");
    }
  }
}

TEST_F(StaleTest, TheTimeBeginsAtTheEndOfTheLease) {
  Fill();
  clock_.Advance(absl::Seconds(25));  // the lease ended 15 seconds ago
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(Text(cache().Get("k", kRevalidating)), "stale one");
  Invalidate("a");  // at some time in these 15 seconds
  Renew();
  EXPECT_EQ(Failing(kIfError), "stale one");
  Pass(absl::Milliseconds(14'999));
  EXPECT_EQ(Failing(kIfError), "stale one");
  Pass(absl::Milliseconds(1));
  EXPECT_EQ(Failing(kIfError), "no database");
}

TEST_F(StaleTest, WithoutALeaseItEndsToo) {
  Fill();
  clock_.Advance(absl::Milliseconds(39'999));
  EXPECT_EQ(Failing(kIfError), "stale one");
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Failing(kIfError), "no database");
  EXPECT_EQ(Text(cache().Get("k", {.while_fenced = true})), "stale one") << "if it is asked for";
}

TEST_F(StaleTest, AResetKeepsItAndDroppingDoesNot) {
  Fill();
  service().on_reset({.start_after = {.epoch = "e", .revision = 7}});
  EXPECT_EQ(Text(cache().Get("k", kRevalidating)), "stale one");
  cache().DropEverything();
  EXPECT_FALSE(cache().Get("k", kRevalidating));
  for (const bool by_prefix : {false, true}) {
    Fill();
    cache().Drop({"a"});
    EXPECT_EQ(Text(cache().Get("k", kRevalidating)), "stale one");
    if (by_prefix) {
      cache().DropPrefix("k");
    } else {
      cache().DropIf([](absl::string_view key) { return key == "k"; });
    }
    EXPECT_FALSE(cache().Get("k", kRevalidating));
  }
}

TEST_F(StaleTest, TheEndOfTheSubscriptionKeepsItForItsTime) {
  Fill();
  service().on_ended(absl::InvalidArgumentError("no"));
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(Failing(kIfError), "stale one");
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Failing(kIfError), "no database");
}

TEST_F(StaleTest, ItIsTheFirstToMakeRoom) {
  Open({.max_weight = 10, .stale_for = absl::Seconds(30)});
  const auto heavy = [](Load& load) {
    load.SetWeight(6);
    load.AddTag(load.key());
    return std::string("one");
  };
  cache().GetOrLoad("k", heavy).IgnoreError();
  Invalidate("k");
  EXPECT_EQ(cache().Statistics().weight, 6u);
  cache().GetOrLoad("j", heavy).IgnoreError();
  EXPECT_FALSE(cache().Get("k", kRevalidating));
  EXPECT_TRUE(cache().Get("j"));
  EXPECT_EQ(cache().Statistics().weight, 6u);
}

TEST_F(StaleTest, NotFoundIsAnAnswer) {
  Fill();
  Invalidate("a");
  const auto gone = [](Load&) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("gone");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("k", gone, kIfError)), "gone");
}

TEST_F(StaleTest, ALoaderThatThrowsHasFailed) {
  Fill();
  Invalidate("a");
  const auto throws = [](Load&) -> absl::StatusOr<std::string> { throw std::runtime_error("oh"); };
  EXPECT_EQ(Text(cache().GetOrLoad("k", throws, kIfError)), "stale one");
  EXPECT_THROW(cache().GetOrLoad("k", throws).IgnoreError(), std::runtime_error);
}

TEST_F(StaleTest, PatienceMayEndWithWhatIsStale) {
  Fill();
  Invalidate("a");
  std::thread other;
  std::string others;
  const auto slow = [&](Load&) {
    other = std::thread([&] {
      others = Text(
          cache().GetOrLoad("k", Loader(""), {.if_error = true, .patience = absl::Seconds(1)}));
    });
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Seconds(1));
    other.join();
    return std::string("two");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("k", slow)), "two");
  EXPECT_EQ(others, "stale one");
}

// ---- Loading anew ahead of the end

TEST_F(StaleTest, AHitNearTheEndLoadsAhead) {
  OpenFor(absl::ZeroDuration(), 0.75);
  Fill("one", absl::Seconds(20));
  Pass(absl::Milliseconds(14'999));
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"))), "one");
  EXPECT_EQ(tasks_.size(), 0u);
  Pass(absl::Milliseconds(1));
  EXPECT_EQ(Text(cache().Get("k")), "one") << "it has no loader";
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"))), "one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("three"))), "one");
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_EQ(cache().Statistics().refreshes, 1u);
  tasks_[0]();
  EXPECT_EQ(Text(cache().Get("k")), "two");
  EXPECT_EQ(cache().Statistics().misses, 1u);
}

TEST_F(StaleTest, ARefreshThatFailsIsTriedAgainLater) {
  OpenFor(absl::ZeroDuration(), 0.5);
  Fill("one", absl::Seconds(20));
  Pass(absl::Seconds(10));
  EXPECT_EQ(Failing({}), "one");
  ASSERT_EQ(tasks_.size(), 1u);
  tasks_[0]();
  EXPECT_EQ(Failing({}), "one");
  EXPECT_EQ(tasks_.size(), 1u);
  Pass(absl::Seconds(5));
  EXPECT_EQ(Failing({}), "one");
  EXPECT_EQ(tasks_.size(), 2u);
}

TEST_F(StaleTest, ARefreshThatWasTouchedIsNotKept) {
  OpenFor(absl::ZeroDuration(), 0.5);
  Fill("one", absl::Seconds(20));
  Pass(absl::Seconds(10));
  const auto touched = [&](Load& load) {
    load.AddTag("a");
    Invalidate("a");
    return std::string("old");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("k", touched)), "one");
  tasks_.at(0)();
  EXPECT_FALSE(cache().Get("k"));
}

}  // namespace
}  // namespace cache_invalidation::client
