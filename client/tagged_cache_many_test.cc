// SPDX-License-Identifier: Apache-2.0

// Several keys at once: the guarantees are those of one key, with one call of the loader.

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

using Strings = std::vector<std::string>;
using Values = TaggedCache<std::string>::Values;

class ManyTest : public DrivenCacheTest {
 protected:
  // Returns a loader of "KEY`suffix`" with the tag of the key, which notes its calls.
  auto Loads(const std::string& suffix = "") {
    return [this, suffix](absl::Span<Load* const> missing) {
      Values values;
      std::string keys;
      for (Load* const load : missing) {
        load->AddTag("tag:" + load->key());
        keys += load->key();
        values.push_back(load->key() + suffix);
      }
      calls_.push_back(keys);
      return values;
    };
  }

  // Returns the results as one text, separated by commas.
  static std::string Texts(const std::vector<absl::StatusOr<Cached<std::string>>>& results) {
    std::string texts;
    for (const auto& result : results) texts += (texts.empty() ? "" : ",") + Text(result);
    return texts;
  }

  Strings calls_;
};

TEST_F(ManyTest, LoadsWhatIsMissingWithOneCall) {
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b"}, Loads("1"))), "a1,b1");
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"c", "b", "d", "c"}, Loads("2"))), "c2,b1,d2,c2");
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "d"}, Loads("3"))), "a1,d2");
  EXPECT_EQ(Texts(cache().GetOrLoadMany({}, Loads("4"))), "");
  EXPECT_EQ(calls_, Strings({"ab", "cd"}));
  const std::vector<Cached<std::string>> cached = cache().GetMany({"d", "none", "a"});
  ASSERT_EQ(cached.size(), 3u);
  EXPECT_EQ(*cached[0], "d2");
  EXPECT_FALSE(cached[1]);
  EXPECT_EQ(*cached[2], "a1");
  EXPECT_EQ(cache().Statistics().loads, 4u);
  Invalidate("tag:b");
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b"}, Loads("5"))), "a1,b5");
}

// On the caller's thread and in an executor, and if some of the keys are cached.
TEST_F(ManyTest, ALoadHasTheIndexOfItsKey) {
  std::vector<std::function<void()>> tasks;
  Open({.executor = [&](std::function<void()> task) { tasks.push_back(std::move(task)); }});
  const Strings ids = {"4", "1", "4", "3", "2"};
  const auto load = [&](absl::Span<Load* const> missing) {
    Values values;
    for (Load* const load : missing) {
      load->AddTag("tag:" + load->key());
      values.push_back("text " + ids[load->index()]);
      calls_.push_back(std::to_string(load->index()) + load->key());
    }
    return values;
  };
  const Strings keys = {"k4", "k1", "k4", "k3", "k2"};
  cache().GetOrLoadMany({"k1"}, Loads()).front().IgnoreError();
  calls_.clear();
  EXPECT_EQ(Texts(cache().GetOrLoadMany(keys, load)), "text 4,k1,text 4,text 3,text 2");
  EXPECT_EQ(calls_, Strings({"0k4", "3k3", "4k2"}));

  Invalidate("tag:k3", InvalidationKind::kMarkStale);
  calls_.clear();
  cache().GetOrLoadMany(keys, load, {.while_revalidating = true}).front().IgnoreError();
  for (const std::function<void()>& task : tasks) task();
  EXPECT_EQ(calls_, Strings({"3k3"}));
  cache()
      .GetOrLoad("alone",
                 [](Load& load) {
                   EXPECT_EQ(load.index(), 0u);
                   return std::string();
                 })
      .IgnoreError();
}

TEST_F(ManyTest, EachKeyIsJudgedByItself) {
  const auto loads = [&](absl::Span<Load* const> missing) {
    for (Load* const load : missing) load->AddTag("tag:" + load->key());
    Invalidate("tag:b");
    return Values{"a", "b", absl::NotFoundError("no c")};
  };
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b", "c"}, loads)), "a,b,no c");
  EXPECT_TRUE(cache().Get("a"));
  EXPECT_FALSE(cache().Get("b")) << "it was invalidated while it was loaded";
  EXPECT_EQ(cache().Statistics().refused_fills, 1u);
  EXPECT_EQ(cache().Statistics().failed_loads, 1u);
}

TEST_F(ManyTest, ALoaderMayFailAltogether) {
  const auto fails = [](absl::Span<Load* const>) -> absl::StatusOr<Values> {
    return absl::UnavailableError("no database");
  };
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b"}, fails)), "no database,no database");
  const auto too_few = [](absl::Span<Load* const>) { return Values{"one"}; };
  EXPECT_EQ(cache().GetOrLoadMany({"a", "b"}, too_few)[0].status(),
            absl::InternalError("the loader of several keys returned 1 values for 2 loads"));
  const auto throws = [](absl::Span<Load* const>) -> Values { throw std::runtime_error("oh"); };
  EXPECT_THROW(cache().GetOrLoadMany({"a", "b"}, throws), std::runtime_error);
  EXPECT_EQ(cache().Statistics().failed_loads, 6u);
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b"}, Loads())), "a,b") << "nothing is stuck";
}

TEST_F(ManyTest, SharesTheLoadsOfOthers) {
  std::thread other;
  std::string others;
  const auto loads = [&](absl::Span<Load* const> missing) {
    other = std::thread([&] { others = Texts(cache().GetOrLoadMany({"c", "b"}, Loads("2"))); });
    clock_.AwaitWaiters(1);
    return Loads("1")(missing);
  };
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b"}, loads)), "a1,b1");
  other.join();
  EXPECT_EQ(others, "c2,b1");
  EXPECT_EQ(cache().Statistics().shared_loads, 1u);
}

TEST_F(ManyTest, WhatCannotBeSharedIsLoadedAgain) {
  std::thread other;
  std::string others;
  const auto loads = [&](absl::Span<Load* const> missing) {
    Values values = Loads("1")(missing);
    Invalidate("tag:b");
    other = std::thread([&] { others = Texts(cache().GetOrLoadMany({"b", "a"}, Loads("2"))); });
    clock_.AwaitWaiters(1);
    return values;
  };
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b"}, loads)), "a1,b1");
  other.join();
  EXPECT_EQ(others, "b2,a1");
  EXPECT_EQ(Text(cache().Get("b")), "b2");
}

// Each call loads a key that the other needs. Neither waits before its own loads have ended.
TEST_F(ManyTest, TwoCallsThatOverlapDoNotWaitForEachOther) {
  std::thread other;
  std::string others;
  const auto loads_b = [&](absl::Span<Load* const> missing) { return Loads("2")(missing); };
  const auto loads_a = [&](absl::Span<Load* const> missing) {
    other = std::thread([&] { others = Texts(cache().GetOrLoadMany({"b", "a"}, loads_b)); });
    clock_.AwaitWaiters(1);  // it has loaded b, and waits for a
    return Loads("1")(missing);
  };
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a"}, loads_a)), "a1");
  other.join();
  EXPECT_EQ(others, "b2,a1");
}

TEST_F(ManyTest, AKeyThatThisThreadLoadsFails) {
  const auto loads = [&](absl::Span<Load* const> missing) {
    EXPECT_EQ(Texts(cache().GetOrLoadMany({"b", "c"}, Loads())), "the load of b needs itself,c");
    return Loads("1")(missing);
  };
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b"}, loads)), "a1,b1");
}

TEST_F(ManyTest, RegistersAllWithOneCall) {
  std::vector<Strings> registered;
  connection_->on_track_entries = [&](const TrackEntriesParams& params) {
    TrackEntriesResult result;
    registered.emplace_back();
    for (const TrackedEntry& entry : params.entries) {
      registered.back().push_back(entry.key);
      result.results.push_back(
          {.key = entry.key,
           .outcome = entry.key == "b" ? FillOutcome::kRefusedMoved : FillOutcome::kKept});
    }
    return result;
  };
  int looked_up = 0;
  connection_->on_lookup_entry = [&](const LookupEntryParams&) {
    ++looked_up;
    return EntryLookup{.state = EntryState::kFresh};
  };
  const auto loads = [&](absl::Span<Load* const> missing) {
    for (Load* const load : missing) {
      if (load->key() == "d") continue;
      load->SetShared();
      load->DependOnKey("elsewhere");
    }
    return Loads()(missing);
  };
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b", "c", "d"}, loads)), "a,b,c,d");
  ASSERT_EQ(registered.size(), 1u);
  EXPECT_EQ(registered[0], Strings({"a", "b", "c"}));
  EXPECT_EQ(looked_up, 1) << "a key is asked about once";
  EXPECT_TRUE(cache().Get("a"));
  EXPECT_FALSE(cache().Get("b"));
  EXPECT_TRUE(cache().Get("c"));
  EXPECT_TRUE(cache().Get("d"));
}

TEST_F(ManyTest, AValueMayBeComputedFromOneBeforeIt) {
  const auto loads = [&](absl::Span<Load* const> missing) {
    missing[1]->DependOnKey("a");
    return Loads()(missing);
  };
  cache().GetOrLoadMany({"a", "b"}, loads);
  EXPECT_TRUE(cache().Get("b"));
  Invalidate("tag:a");
  EXPECT_FALSE(cache().Get("b"));
}

TEST_F(ManyTest, AValueMayBeComputedFromOneAfterIt) {
  int looked_up = 0;
  connection_->on_lookup_entry = [&](const LookupEntryParams&) {
    ++looked_up;
    return EntryLookup();
  };
  const auto loads = [&](absl::Span<Load* const> missing) {
    missing[0]->DependOnKey("b");
    missing[1]->DependOn("c");
    return Loads()(missing);
  };
  cache().GetOrLoadMany({"a", "b", "c"}, loads);
  EXPECT_TRUE(cache().Get("a"));
  Invalidate("tag:c");
  EXPECT_FALSE(cache().Get("a"));
  EXPECT_FALSE(cache().Get("b"));
  EXPECT_EQ(looked_up, 0) << "this cache has them all";
  EXPECT_EQ(cache().Statistics().fills_on_unknown_keys, 0u);
}

// The old value of "b" is there while both are loaded: the lease has ended, or it is refreshed.
TEST_F(ManyTest, NothingIsTakenOverFromAValueThatIsBeingReplaced) {
  std::vector<std::function<void()>> tasks;
  for (const bool refreshes : {false, true}) {
    for (const bool is_kept : {true, false}) {
      for (const bool in_circle : {false, true}) {
        TaggedCacheOptions options{.ttl_jitter = 0};
        if (refreshes) {
          options.refresh_ahead = 0.5;
          options.executor = [&](std::function<void()> task) { tasks.push_back(std::move(task)); };
        }
        Open(options);
        const auto loads = [&](const std::string& tag) {
          return [&, tag](absl::Span<Load* const> missing) {
            Values values;
            for (Load* const load : missing) {
              load->SetTtl(absl::Seconds(16));
              load->AddTag(load->key() == "b" ? tag : "a");
              if (load->key() == "a") load->DependOnKey("b");
              if (load->key() == "b" && in_circle) load->DependOnKey("a");
              if (load->key() == "b" && tag == "new" && !is_kept) load->DoNotKeep();
              values.push_back(load->key() + " " + tag);
            }
            return values;
          };
        };
        cache().GetOrLoadMany({"b"}, loads("old"));
        cache().GetOrLoadMany({"a"}, loads("old"));
        clock_.Advance(absl::Seconds(9));
        if (refreshes) Renew();
        if (!refreshes) clock_.Advance(absl::Seconds(1));
        cache().GetOrLoadMany({"a", "b"}, loads("new"));
        if (refreshes) {
          ASSERT_EQ(tasks.size(), 1u);
          tasks[0]();
        }
        tasks.clear();
        Renew();
        Invalidate("new");
        EXPECT_NE(Text(cache().Get("a")), "a new") << refreshes << is_kept << in_circle;
      }
    }
  }
}

// The outer value is not cached yet when the inner one is computed from it.
TEST_F(ManyTest, NothingIsTakenOverFromAValueWhoseLoaderRuns) {
  cache().GetOrLoad("b", Loader("old", {"old"})).IgnoreError();
  clock_.Advance(absl::Seconds(10));
  const auto load = [&](Load& load) {
    load.AddTag("new");
    const auto inner = [](Load& load) {
      load.DependOnKey("b");
      return std::string("of new");
    };
    cache().GetOrLoad("a", inner).IgnoreError();
    return std::string("new");
  };
  cache().GetOrLoad("b", load).IgnoreError();
  Renew();
  Invalidate("new");
  EXPECT_FALSE(cache().Get("a"));
}

TEST_F(ManyTest, ASharedValueMayBeComputedFromAnother) {
  std::vector<Strings> registered;
  connection_->on_track_entries = [&](const TrackEntriesParams& params) {
    TrackEntriesResult result;
    registered.emplace_back();
    for (const TrackedEntry& entry : params.entries) {
      registered.back().push_back(entry.key);
      result.results.push_back({.key = entry.key, .outcome = FillOutcome::kKept});
    }
    return result;
  };
  const auto loads = [&](absl::Span<Load* const> missing) {
    for (Load* const load : missing) load->SetShared();
    missing[0]->DependOnKey("b");
    return Loads()(missing);
  };
  cache().GetOrLoadMany({"a", "b", "c"}, loads);
  EXPECT_EQ(registered, std::vector<Strings>({{"b"}, {"a", "c"}}));
  EXPECT_TRUE(cache().Get("a"));
  Invalidate("tag:b");
  EXPECT_FALSE(cache().Get("a"));
}

TEST_F(ManyTest, AnExecutorLoadsWhatIsStale) {
  std::vector<std::function<void()>> tasks;
  Open({.executor = [&](std::function<void()> task) { tasks.push_back(std::move(task)); }});
  cache().GetOrLoadMany({"a", "b", "c"}, Loads("1"));
  Invalidate("tag:a", InvalidationKind::kMarkStale);
  Invalidate("tag:b", InvalidationKind::kMarkStale);
  const ReadOptions accepts{.while_revalidating = true};
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a", "b", "c", "d"}, Loads("2"), accepts)),
            "stale a1,stale b1,c1,d2");
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_EQ(Texts(cache().GetOrLoadMany({"a"}, Loads("3"))), "a3") << "it does not wait";
  tasks[0]();
  EXPECT_EQ(Text(cache().Get("b")), "b2");
  EXPECT_EQ(calls_, Strings({"abc", "d", "a", "b"}));
}

}  // namespace
}  // namespace cache_invalidation::client
