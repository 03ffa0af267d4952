// SPDX-License-Identifier: Apache-2.0

// What an application can ask of a cache beside loading, and what a cache refuses to do silently.

#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "client/tagged_cache.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation::client {
namespace {

using testing::UnorderedElementsAre;
using Strings = std::vector<std::string>;

using VerbsTest = DrivenCacheTest;

static_assert(!std::is_copy_constructible_v<Load>, "a copy would take the tags away");

TEST_F(VerbsTest, WhatNothingInvalidatesIsNotKept) {
  OpenAsGiven({});
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("one"))), "one");
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(cache().Statistics().untagged_fills, 1u);
  EXPECT_EQ(cache().Statistics().unkept_fills, 1u);
  const std::vector<std::function<void(Load&)>> declarations = {
      [](Load& load) { load.AddTag("a"); },
      [](Load& load) { load.DependOnKey("other"); },
      [](Load& load) { load.DependOnTag("a"); },
      [](Load& load) { load.SetShared(); },
      [](Load& load) { load.SetTtl(absl::Hours(1)); },
  };
  for (size_t i = 0; i < declarations.size(); ++i) {
    const auto load = [&](Load& load) {
      declarations[i](load);
      return std::string("one");
    };
    const std::string key = "k" + std::to_string(i);
    cache().GetOrLoad(key, load).IgnoreError();
    EXPECT_TRUE(cache().Get(key)) << i;
  }
  EXPECT_EQ(cache().Statistics().untagged_fills, 1u);
  Open({});
  cache().GetOrLoad("k", Loader("one")).IgnoreError();
  EXPECT_TRUE(cache().Get("k")) << "if it is asked for";
  EXPECT_EQ(cache().Statistics().untagged_fills, 1u) << "and counted";
}

TEST_F(VerbsTest, OpenRefusesWhatNobodyCanMean) {
  const Client client(connection_);
  const std::vector<TaggedCacheOptions> refused = {
      {},
      {.name = "bad\nname"},
      {.name = "test", .refresh_ahead = 0.5},
      {.name = "test", .refresh_ahead = 1, .executor = [](const std::function<void()>&) {}},
      {.name = "test", .refresh_ahead = std::numeric_limits<double>::quiet_NaN()},
      {.name = "test", .stale_for = -absl::Seconds(1)},
      {.name = "test", .stale_for = absl::InfiniteDuration()},
      {.name = "test", .lease = absl::Hours(1)},
      {.name = "test", .tags = {"user:*"}},
      {.name = "test", .tags = {""}},
      {.name = "test", .key_prefixes = {""}},
  };
  for (size_t i = 0; i < refused.size(); ++i) {
    EXPECT_EQ(TaggedCache<std::string>::Open(client, refused[i]).status().code(),
              absl::StatusCode::kInvalidArgument)
        << i;
  }
  EXPECT_EQ(
      TaggedCache<std::string>::Open(client, {.name = "test"}, {.not_found_ttl = -absl::Seconds(1)})
          .status()
          .code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(TaggedCache<std::string>::Open(client, {.name = "test"}).ok());
}

TEST_F(VerbsTest, PeekAndContainsAreNoUse) {
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  EXPECT_EQ(Text(cache().Peek("k")), "one");
  EXPECT_TRUE(cache().Contains("k"));
  EXPECT_FALSE(cache().Contains("j"));
  EXPECT_EQ(cache().Statistics().hits, 0u);
  EXPECT_EQ(cache().Statistics().misses, 1u);
  Invalidate("a", InvalidationKind::kMarkStale);
  EXPECT_FALSE(cache().Contains("k"));
  EXPECT_EQ(Text(cache().Peek("k", {.while_revalidating = true})), "stale one");
  clock_.Advance(absl::Seconds(10));
  EXPECT_FALSE(cache().Peek("k", {.while_revalidating = true}));
}

TEST_F(VerbsTest, TellsItsKeys) {
  const TaggedCache<int> numbers(cache());
  for (const std::string key : {"a", "b", "c"}) {
    cache().GetOrLoad(key, Loader("one", {"tag:" + key})).IgnoreError();
  }
  numbers.GetOrLoad("seven", [](Load&) { return 7; }).IgnoreError();
  Invalidate("tag:b", InvalidationKind::kMarkStale);
  EXPECT_THAT(cache().Keys(), UnorderedElementsAre("a", "c"));
  EXPECT_THAT(numbers.Keys(), UnorderedElementsAre("seven"));
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(cache().Keys(), UnorderedElementsAre());
}

TEST_F(VerbsTest, DropsWhatMatches) {
  const std::string odd = "a.b[c](d)\\e+f*g?h|i^j$k{l} _é";
  for (const std::string& key :
       {std::string("user:1"), std::string("user:2"), std::string("users"), odd + "1", odd + "2"}) {
    cache().GetOrLoad(key, Loader("one")).IgnoreError();
  }
  const auto of_user = [](Load& load) {
    load.DependOnKey("user:1");
    return std::string("page");
  };
  cache().GetOrLoad("page", of_user).IgnoreError();
  cache().DropPrefix("user:");
  EXPECT_THAT(cache().Keys(), UnorderedElementsAre("users", odd + "1", odd + "2"));
  cache().DropPrefix(odd);
  EXPECT_THAT(cache().Keys(), UnorderedElementsAre("users"));
  cache().GetOrLoad("user:1", Loader("one")).IgnoreError();
  cache().GetOrLoad("page", of_user).IgnoreError();
  cache().DropIf([](absl::string_view key) { return key == "user:1"; });
  EXPECT_THAT(cache().Keys(), UnorderedElementsAre("users"));
  cache().DropPrefix("");
  EXPECT_THAT(cache().Keys(), UnorderedElementsAre());
}

// The key may have no entry: it was evicted to make room, has expired and left a stale value, or
// was never in this cache.
TEST_F(VerbsTest, DropsWhatWasComputedFromAKeyThatHasGone) {
  const std::vector<std::function<void()>> drops = {
      [&] { cache().Drop({}, {"user:1"}); },
      [&] { cache().DropPrefix("user:"); },
      [&] { cache().DropIf([](absl::string_view key) { return key == "user:1"; }); },
  };
  for (size_t i = 0; i < drops.size(); ++i) {
    Open({.max_entries = 1});
    cache().GetOrLoad("user:1", Loader("one", {"a"})).IgnoreError();
    const auto of_user = [](Load& load) {
      load.DependOnKey("user:1");
      return std::string("page");
    };
    cache().GetOrLoad("page", of_user).IgnoreError();
    ASSERT_FALSE(cache().Contains("user:1"));
    ASSERT_TRUE(cache().Contains("page"));
    drops[i]();
    EXPECT_FALSE(cache().Contains("page")) << i;
  }
}

// What a value is computed from is unknown until its loader has declared it.
TEST_F(VerbsTest, WhatIsComputedFromADroppedKeyMeanwhileIsNotKept) {
  connection_->on_lookup_entry = [](const LookupEntryParams&) {
    return EntryLookup{.state = EntryState::kFresh};
  };
  const std::vector<std::function<void()>> drops = {
      [&] { cache().Drop({}, {"user:1"}); },
      [&] { cache().DropPrefix("user:"); },
      [&] { cache().DropIf([](absl::string_view key) { return key == "user:1"; }); },
  };
  for (size_t i = 0; i < drops.size(); ++i) {
    std::thread other;
    std::string others;
    const auto load = [&](Load& load) {
      drops[i]();
      other = std::thread([&] { others = Text(cache().GetOrLoad("page", Loader("new"))); });
      clock_.AwaitWaiters(1);
      load.DependOnKey("user:1");
      return std::string("old");
    };
    EXPECT_EQ(Text(cache().GetOrLoad("page", load)), "old");
    other.join();
    EXPECT_EQ(others, "new") << i << ": it came after the drop";
    cache().Drop({}, {"page"});
    const auto alone = [&](Load& load) {
      drops[i]();
      load.DependOnKey("user:1");
      return std::string("old");
    };
    EXPECT_EQ(Text(cache().GetOrLoad("page", alone)), "old");
    EXPECT_FALSE(cache().Contains("page")) << i;
  }
}

TEST_F(VerbsTest, WhatIsLoadedWhileItIsDroppedIsNotKept) {
  for (const bool by_prefix : {false, true}) {
    const auto dropped = [&](Load&) {
      if (by_prefix) {
        cache().DropPrefix("k");
      } else {
        cache().DropIf([](absl::string_view key) { return key == "k1"; });
      }
      return std::string("old");
    };
    cache().GetOrLoad("k1", dropped).IgnoreError();
    EXPECT_FALSE(cache().Get("k1"));
  }
}

TEST_F(VerbsTest, AWeigherWeighsWhatItsLoaderDoesNot) {
  OpenAsGiven({.max_weight = 10, .require_tags = false},
              {.weigher = [](const std::string& value) -> uint64_t {
                if (value == "throws") throw std::runtime_error("oh");
                return value.size();
              }});
  cache().GetOrLoad("k", Loader("four")).IgnoreError();
  EXPECT_EQ(cache().Statistics().weight, 4u);
  const auto light = [](Load& load) {
    load.SetWeight(1);
    return std::string("heavy as it looks");
  };
  cache().GetOrLoad("j", light).IgnoreError();
  EXPECT_EQ(cache().Statistics().weight, 5u);
  EXPECT_EQ(Text(cache().GetOrLoad("i", Loader("more than ten"))), "more than ten");
  EXPECT_EQ(Text(cache().GetOrLoad("h", Loader("throws"))), "throws");
  EXPECT_FALSE(cache().Get("h"));
  EXPECT_EQ(cache().Statistics().weight, 5u);
  EXPECT_EQ(cache().Statistics().failed_callbacks, 1u);
}

TEST_F(VerbsTest, ReportsWhatLeaves) {
  Strings removed;
  const auto name = [](RemovalCause cause) {
    switch (cause) {
      case RemovalCause::kInvalidated:
        return "invalidated";
      case RemovalCause::kReplaced:
        return "replaced";
      case RemovalCause::kExpired:
        return "expired";
      case RemovalCause::kEvicted:
        return "evicted";
      case RemovalCause::kClosed:
        return "closed";
    }
    return "";
  };
  OpenAsGiven(
      {.max_entries = 1, .require_tags = false, .ttl_jitter = 0, .stale_for = absl::Hours(1)},
      {.on_removed = [&](absl::string_view key, const std::shared_ptr<const std::string>& value,
                         RemovalCause cause) {
        cache().Statistics();  // under no lock
        removed.push_back(std::string(key) + " " + *value + " " + name(cause));
        throw std::runtime_error("oh");
      }});
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  Invalidate("a");
  EXPECT_EQ(removed, Strings({"k one invalidated"}));
  cache().GetOrLoad("k", Loader("two", {"a"})).IgnoreError();
  Invalidate("a", InvalidationKind::kMarkStale);
  const auto short_lived = [](Load& load) {
    load.SetTtl(absl::Seconds(1));
    return std::string("three");
  };
  cache().GetOrLoad("k", short_lived).IgnoreError();
  EXPECT_EQ(removed.back(), "k two replaced");
  clock_.Advance(absl::Seconds(1));
  cache().GetOrLoad("k", Loader("four")).IgnoreError();
  EXPECT_EQ(removed.back(), "k three expired");
  cache().GetOrLoad("j", Loader("five")).IgnoreError();
  EXPECT_EQ(removed.back(), "k four evicted");
  cache().DropEverything();
  EXPECT_EQ(removed.back(), "j five invalidated");
  EXPECT_EQ(removed.size(), 5u) << "each once";
  EXPECT_EQ(cache().Statistics().failed_callbacks, 5u);
}

TEST_F(VerbsTest, NotFoundMayBeKept) {
  OpenAsGiven({}, {.not_found_ttl = absl::Seconds(5)});
  const auto none = [&](Load& load) -> absl::StatusOr<std::string> {
    ++loads_;
    load.AddTag("user:1");
    return absl::NotFoundError("no user");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("k", none)), "no user");
  EXPECT_EQ(Text(cache().GetOrLoad("k", none)), "no user");
  EXPECT_EQ(loads_, 1);
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(cache().Statistics().hits, 2u);
  EXPECT_EQ(cache().Statistics().not_found_hits, 2u) << "of GetOrLoad and of Get";
  EXPECT_FALSE(cache().Contains("k"));
  EXPECT_THAT(cache().Keys(), UnorderedElementsAre());
  Invalidate("user:1");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("one", {"user:1"}))), "one");
  Invalidate("user:1");
  const auto late = [&](Load& load) {
    Invalidate("user:1");
    return none(load);
  };
  EXPECT_EQ(Text(cache().GetOrLoad("k", late)), "no user");
  EXPECT_EQ(Text(cache().GetOrLoad("k", none)), "no user");
  EXPECT_EQ(loads_, 4) << "it was inserted while it was looked for";
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two", {"user:1"}))), "two");
  EXPECT_EQ(cache().Statistics().failed_loads, 3u);
}

// An error cannot be flagged as stale: no caller gets one that is, and nothing is computed from it.
TEST_F(VerbsTest, NotFoundIsNeverServedStale) {
  const auto none = [](Load& load) -> absl::StatusOr<std::string> {
    load.AddTag("user:1");
    return absl::NotFoundError("no user");
  };
  const auto late = [&](Load& load) {
    Invalidate("user:1");
    return none(load);
  };
  for (const bool many : {false, true}) {
    for (const bool fenced : {false, true}) {
      OpenAsGiven({.keep_refused_for = absl::Seconds(10), .refusals_before_keep = 1},
                  {.not_found_ttl = absl::Hours(1)});
      if (fenced) {
        EXPECT_EQ(Text(cache().GetOrLoad("user:1", none)), "no user");
        clock_.Advance(absl::Seconds(10));
      } else {
        EXPECT_EQ(Text(cache().GetOrLoad("user:1", late)), "no user");
      }
      const ReadOptions options{.while_fenced = fenced};
      const auto user = [&]() -> std::string {
        if (!many) return Text(cache().GetOrLoad("user:1", Loader("one", {"user:1"}), options));
        const auto load = [](absl::Span<Load* const> missing) {
          missing[0]->AddTag("user:1");
          return TaggedCache<std::string>::Values{"one"};
        };
        return Text(cache().GetOrLoadMany({"user:1"}, load, options)[0]);
      };
      const auto page = [&](Load& load) {
        load.AddTag("user:1");
        return "page of " + user();
      };
      EXPECT_EQ(Text(cache().GetOrLoad("page", page)), "page of one") << many << fenced;
      Renew();
      EXPECT_EQ(Text(cache().GetOrLoad("page", Loader("never"))), "page of one") << many << fenced;
    }
  }
}

TEST_F(VerbsTest, CountsByTypeAndHowLongLoadsTook) {
  const TaggedCache<int> numbers(cache());
  const auto slow = [this](Load&) {
    clock_.Advance(absl::Milliseconds(20));
    return std::string("one");
  };
  cache().GetOrLoad("k", slow).IgnoreError();
  cache().GetOrLoad("k", slow).IgnoreError();
  numbers.GetOrLoad("seven", [](Load&) { return 7; }).IgnoreError();
  const TypeStatistics texts = cache().TypeStatistics();
  EXPECT_EQ(texts.hits, 1u);
  EXPECT_EQ(texts.loads, 1u);
  EXPECT_EQ(texts.entries, 1u);
  EXPECT_EQ(texts.load_latency.count, 1u);
  EXPECT_EQ(texts.load_latency.sum, absl::Milliseconds(20));
  EXPECT_EQ(texts.load_latency.buckets[3], 1u);
  EXPECT_EQ(numbers.TypeStatistics().hits, 0u);
  EXPECT_EQ(numbers.TypeStatistics().load_latency.buckets[0], 1u);
  const CacheStatistics all = numbers.Statistics();
  EXPECT_EQ(all.loads, 2u);
  EXPECT_EQ(all.load_latency.count, 2u);
  EXPECT_EQ(all.entries, 2u);
}

TEST_F(VerbsTest, OptionsOfValuesAreGivenOnce) {
  const TaggedCache<int> numbers(cache(), {.not_found_ttl = absl::Seconds(1)});
  EXPECT_EQ(numbers.status(), absl::OkStatus());
  EXPECT_EQ(TaggedCache<int>(cache()).status(), absl::OkStatus());
  const TaggedCache<int> again(cache(), {.not_found_ttl = absl::Seconds(2)});
  EXPECT_EQ(again.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(VerbsTest, LoadersMayBeMoveOnly) {
  auto held = std::make_unique<std::string>("one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", [held = std::move(held)](Load&) { return *held; })), "one");
}

// a needs b in one thread, b needs a in another.
TEST_F(VerbsTest, LoadsThatWaitForEachOtherAreFound) {
  std::string inner;
  std::string others;
  std::thread other;
  const auto load_b = [&](Load&) { return Text(cache().GetOrLoad("a", Loader("never"))); };
  const auto load_a = [&](Load&) {
    other = std::thread([&] { others = Text(cache().GetOrLoad("b", load_b)); });
    clock_.AwaitWaiters(1);
    inner = Text(cache().GetOrLoad("b", Loader("never")));
    return std::string("a");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("a", load_a)), "a");
  other.join();
  EXPECT_EQ(inner, "the loads of b, a wait for each other");
  EXPECT_EQ(others, "a") << "who came first goes on";
}

}  // namespace
}  // namespace cache_invalidation::client
