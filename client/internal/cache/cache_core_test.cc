// SPDX-License-Identifier: Apache-2.0

// What the cache does in one thread; tests/client searches the interleavings.

#include "client/internal/cache/cache_core.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

absl::Duration At(int seconds) { return absl::Seconds(seconds); }

Event EventAt(uint64_t revision, std::vector<Invalidation> invalidations) {
  return {.revision = revision, .epoch = "e", .invalidations = std::move(invalidations)};
}

Invalidation EvictTag(std::string tag) {
  return {.kind = InvalidationKind::kEvict, .target = TargetKind::kTag, .name = std::move(tag)};
}

Invalidation MarkTag(std::string tag) {
  return {.kind = InvalidationKind::kMarkStale, .target = TargetKind::kTag, .name = std::move(tag)};
}

class CacheCoreTest : public testing::Test {
 protected:
  explicit CacheCoreTest(CacheCoreOptions options = {}) { Open(std::move(options)); }

  // Connected at revision 0, with a lease until 100.
  void Open(CacheCoreOptions options) {
    cache_ = std::make_unique<CacheCore>(std::move(options), At(0));
    EXPECT_FALSE(cache_->Start({.epoch = "e", .revision = 0}, 0, absl::Seconds(10)));
    DiscardedEntries discarded;
    cache_->Reset({.epoch = "e", .revision = 0}, At(0), discarded);
    cache_->Progress({.epoch = "e", .revision = 0}, At(100), At(0));
  }

  CacheCore& cache() { return *cache_; }
  ValueType& type() { return cache_->Type(TypeToken::Of<std::string>()); }

  std::shared_ptr<Flight> Begin(const std::string& key) {
    const CacheCore::Attempt attempt =
        cache_->BeginLoad(key, type(), cache_->IsOpen(now_), now_, {});
    EXPECT_TRUE(attempt.leads);
    return attempt.flight;
  }

  FillResult End(const std::shared_ptr<Flight>& flight, Fill fill) {
    if (fill.value == nullptr) fill.value = std::make_shared<const std::string>(flight->key());
    DiscardedEntries discarded;
    return cache_->EndLoad(*flight, std::move(fill), now_, discarded);
  }

  FillResult Load(const std::string& key, Fill fill = {}) {
    return End(Begin(key), std::move(fill));
  }

  // Returns the value that is found, preceded by "stale" if it is flagged so; empty if none.
  std::string Find(const std::string& key, const ReadOptions& options = {}) {
    return Text(cache_->Find(key, type(), cache_->IsOpen(now_), now_, options));
  }

  static std::string Text(const Found& found) {
    if (found.value == nullptr) return "";
    return (found.is_stale ? "stale " : "") + *static_cast<const std::string*>(found.value.get());
  }

  // As Find, at a time that may not be over yet; "?" if the exact time decides.
  std::string FindLasting(const std::string& key, absl::Duration at_latest,
                          const ReadOptions& options = {}) {
    const std::optional<Found> found = cache_->FindLasting(key, type(), at_latest, options);
    return found.has_value() ? Text(*found) : "?";
  }

  void Apply(const Event& event) {
    DiscardedEntries discarded;
    cache_->Apply(ChangeOf(event, compiled_), event.revision, now_, discarded);
  }

  absl::Duration now_ = At(1);

 private:
  std::unique_ptr<CacheCore> cache_;
  CompiledPatterns compiled_{10};
};

TEST_F(CacheCoreTest, FindsWhatWasLoaded) {
  EXPECT_EQ(Find("k"), "");
  EXPECT_EQ(Load("k"), FillResult::kKept);
  EXPECT_EQ(Find("k"), "k");
  EXPECT_EQ(cache().Find("k", cache().Type(TypeToken::Of<int>()), true, now_, {}).value, nullptr);
  const CacheStatistics statistics = cache().Statistics(now_);
  EXPECT_EQ(statistics.hits, 1u);
  EXPECT_EQ(statistics.misses, 2u);
  EXPECT_EQ(statistics.loads, 1u);
  EXPECT_EQ(statistics.entries, 1u);
  EXPECT_TRUE(statistics.is_live);
}

TEST_F(CacheCoreTest, EventsEvictByTagKeyPatternAndEverything) {
  for (const Invalidation& invalidation :
       {EvictTag("a"), EvictTag("a:b"), Invalidation{.target = TargetKind::kKey, .name = "k"},
        Invalidation{.target = TargetKind::kPattern, .name = "k|other"},
        Invalidation{.target = TargetKind::kEverything}}) {
    Load("k", {.names = {.tags = {"a:b"}}});
    EXPECT_EQ(Find("k"), "k");
    Apply(EventAt(cache().Statistics(now_).position.revision + 1, {invalidation}));
    EXPECT_EQ(Find("k"), "") << invalidation.name;
  }
  Load("k", {.names = {.tags = {"a:b"}}});
  Apply(EventAt(9, {EvictTag("a:b:c"),
                    EvictTag("k"),
                    {.target = TargetKind::kPattern, .name = "."},
                    {.target = TargetKind::kKey, .name = "a:b"}}));
  EXPECT_EQ(Find("k"), "") << "the pattern matches";
  Load("long", {.names = {.tags = {"a:b"}}});
  Apply(EventAt(10, {EvictTag("a:b:c"),
                     EvictTag("long"),
                     {.target = TargetKind::kPattern, .name = "lon"},
                     {.target = TargetKind::kKey, .name = "a:b"}}));
  EXPECT_EQ(Find("long"), "long");
}

TEST_F(CacheCoreTest, WhatWasMarkedIsAMissUnlessItIsAskedFor) {
  Load("k", {.names = {.tags = {"a"}}});
  Apply(EventAt(1, {MarkTag("a")}));
  EXPECT_EQ(Find("k"), "");
  EXPECT_EQ(Find("k", {.while_revalidating = true}), "stale k");
  EXPECT_EQ(
      Load("k", {.value = std::make_shared<const std::string>("new"), .names = {.tags = {"a"}}}),
      FillResult::kKept);
  EXPECT_EQ(Find("k"), "new");
  Apply(EventAt(2, {MarkTag("a"), EvictTag("a")}));
  EXPECT_EQ(Find("k", {.while_revalidating = true}), "");
  EXPECT_EQ(cache().Statistics(now_).invalidated, 3u);
}

TEST_F(CacheCoreTest, OneRevalidatesAndOthersTakeWhatIsStale) {
  Open({.loads_in_background = true});
  Load("k", {.names = {.tags = {"a"}}});
  Apply(EventAt(1, {MarkTag("a")}));
  const ReadOptions accepts{.while_revalidating = true};
  const CacheCore::Attempt first = cache().BeginLoad("k", type(), true, now_, accepts);
  EXPECT_TRUE(first.leads);
  EXPECT_TRUE(first.found.is_stale);
  const CacheCore::Attempt second = cache().BeginLoad("k", type(), true, now_, accepts);
  EXPECT_FALSE(second.leads);
  EXPECT_EQ(second.flight, nullptr);
  EXPECT_TRUE(second.found.is_stale);
  const CacheCore::Attempt third = cache().BeginLoad("k", type(), true, now_, {});
  EXPECT_FALSE(third.leads);
  EXPECT_EQ(third.flight, first.flight);
}

TEST_F(CacheCoreTest, WhoCannotLoadElsewhereDoesNotTakeWhatIsStale) {
  Load("k", {.names = {.tags = {"a"}}});
  Apply(EventAt(1, {MarkTag("a")}));
  const ReadOptions accepts{.while_revalidating = true};
  const CacheCore::Attempt first = cache().BeginLoad("k", type(), true, now_, accepts);
  EXPECT_TRUE(first.leads);
  EXPECT_EQ(first.found.value, nullptr);
  const CacheCore::Attempt second = cache().BeginLoad("k", type(), true, now_, accepts);
  EXPECT_TRUE(second.found.is_stale);
  EXPECT_EQ(cache().Statistics(now_).hits, 1u);
}

TEST_F(CacheCoreTest, AFillThatWasTouchedIsRefused) {
  const std::shared_ptr<Flight> touched = Begin("k");
  const std::shared_ptr<Flight> untouched = Begin("j");
  Apply(EventAt(1, {EvictTag("a")}));
  EXPECT_EQ(End(touched, {.names = {.tags = {"a:b"}}}), FillResult::kRefused);
  EXPECT_EQ(End(untouched, {.names = {.tags = {"b"}}}), FillResult::kKept);
  EXPECT_EQ(Find("k"), "");
  EXPECT_EQ(Find("j"), "j");
  EXPECT_EQ(cache().Statistics(now_).refused_fills, 1u);
}

TEST_F(CacheCoreTest, AFillFromAnotherHistoryIsRefused) {
  DiscardedEntries discarded;
  const std::shared_ptr<Flight> before = Begin("before");
  cache().BeginReset();
  const std::shared_ptr<Flight> within = Begin("within");
  const std::shared_ptr<Flight> ended = Begin("ended");
  EXPECT_EQ(End(ended, {}), FillResult::kRefused);
  for (size_t i = 0; i < cache().shards(); ++i) cache().ClearShard(i, now_, discarded);
  cache().EndReset({.epoch = "f", .revision = 3});
  EXPECT_EQ(End(before, {}), FillResult::kRefused);
  EXPECT_EQ(End(within, {}), FillResult::kRefused);
  EXPECT_EQ(Load("after"), FillResult::kKept);
  cache().Reset({.epoch = "f", .revision = 3}, now_, discarded);
  EXPECT_EQ(Find("after"), "") << "told twice, it is done twice";
  EXPECT_EQ(cache().Statistics(now_).resets, 1u) << "and counted once";
}

TEST_F(CacheCoreTest, NothingIsKeptBeforeTheFirstStart) {
  // Not on the stack: AddressSanitizer's does not align it.
  const auto fresh = std::make_unique<CacheCore>(CacheCoreOptions(), At(0));
  const CacheCore::Attempt attempt =
      fresh->BeginLoad("k", fresh->Type(TypeToken::Of<int>()), false, now_, {});
  DiscardedEntries discarded;
  EXPECT_EQ(
      fresh->EndLoad(*attempt.flight, Fill{.value = std::make_shared<int>(1)}, now_, discarded),
      FillResult::kRefused);
}

TEST_F(CacheCoreTest, ThoseWhoCameBeforeTheTouchShareALoad) {
  const auto join = [&](bool is_open) {
    return cache().BeginLoad("k", type(), is_open, now_, {}).arrival;
  };
  const std::shared_ptr<Flight> flight = Begin("k");
  const Arrival early = join(true);
  Apply(EventAt(1, {EvictTag("other")}));
  const Arrival later = join(true);
  const Arrival fenced = join(false);
  Apply(EventAt(2, {EvictTag("a")}));
  const Arrival late = join(true);
  End(flight, {.names = {.tags = {"a"}}});
  EXPECT_TRUE(flight->IsDone());
  EXPECT_TRUE(flight->MayBeSharedWith(early));
  EXPECT_TRUE(flight->MayBeSharedWith(later));
  EXPECT_FALSE(flight->MayBeSharedWith(fenced));
  EXPECT_FALSE(flight->MayBeSharedWith(late));
}

TEST_F(CacheCoreTest, ThoseWhoCameBeforeALoadBeganShareIt) {
  const std::shared_ptr<Flight> before = Begin("k");
  const Arrival arrival = cache().BeginLoad("k", type(), false, now_, {}).arrival;
  Apply(EventAt(1, {EvictTag("a")}));
  End(before, {.names = {.tags = {"a"}}});
  EXPECT_FALSE(before->MayBeSharedWith(arrival));
  const std::shared_ptr<Flight> after = Begin("k");
  Apply(EventAt(2, {EvictTag("a")}));
  End(after, {.names = {.tags = {"a"}}});
  EXPECT_TRUE(after->MayBeSharedWith(arrival))
      << "whatever touched it, it was loaded after he came";
}

TEST_F(CacheCoreTest, OfAFailureNobodyKnowsWhatTouchesIt) {
  const std::shared_ptr<Flight> flight = Begin("k");
  const Arrival early = cache().BeginLoad("k", type(), true, now_, {}).arrival;
  Apply(EventAt(1, {EvictTag("other")}));
  const Arrival later = cache().BeginLoad("k", type(), true, now_, {}).arrival;
  DiscardedEntries discarded;
  EXPECT_EQ(cache().EndLoad(*flight, absl::NotFoundError("no"), now_, discarded),
            FillResult::kFailed);
  EXPECT_EQ(flight->value().status(), absl::NotFoundError("no"));
  EXPECT_TRUE(flight->MayBeSharedWith(early));
  EXPECT_FALSE(flight->MayBeSharedWith(later));
  EXPECT_EQ(cache().Statistics(now_).failed_loads, 1u);
}

TEST_F(CacheCoreTest, ValuesExpire) {
  Load("k", {.expires = At(5)});
  now_ = At(4);
  EXPECT_EQ(Find("k"), "k");
  now_ = At(5);
  EXPECT_EQ(Find("k"), "");
  EXPECT_EQ(Find("k", {.while_revalidating = true, .while_fenced = true}), "");
}

TEST_F(CacheCoreTest, ATimeThatIsNotOverSufficesForWhatLasts) {
  Load("lasts");
  Load("ends", {.expires = At(10)});
  EXPECT_EQ(FindLasting("lasts", At(99)), "lasts");
  EXPECT_EQ(FindLasting("ends", At(9)), "ends");
  EXPECT_EQ(FindLasting("ends", At(10)), "?");
  EXPECT_EQ(FindLasting("absent", At(9)), "");
  EXPECT_EQ(FindLasting("absent", At(9), {.while_revalidating = true}), "?");
  Apply(EventAt(
      1, {{.kind = InvalidationKind::kMarkStale, .target = TargetKind::kKey, .name = "lasts"}}));
  EXPECT_EQ(FindLasting("lasts", At(9)), "?");
  EXPECT_EQ(cache().Statistics(now_).hits, 2u);
  EXPECT_EQ(cache().Statistics(now_).misses, 1u);
}

TEST_F(CacheCoreTest, PastItsLeaseItServesMisses) {
  Load("k");
  now_ = At(100);
  EXPECT_EQ(Find("k"), "");
  EXPECT_EQ(Find("k", {.while_fenced = true}), "stale k");
  EXPECT_FALSE(cache().Statistics(now_).is_live);
  EXPECT_TRUE(cache().Start({.epoch = "e", .revision = 2}, 0, absl::Seconds(10)));
  cache().Progress({.epoch = "e", .revision = 1}, At(200), At(110));
  now_ = At(110);
  EXPECT_EQ(Find("k"), "") << "the head is not applied yet";
  Apply(EventAt(2, {EvictTag("other")}));
  EXPECT_EQ(Find("k"), "k");
  EXPECT_EQ(cache().Statistics(now_).fenced_time, At(10));
}

TEST_F(CacheCoreTest, KnowsWhichStartsItCanContinueFrom) {
  Apply(EventAt(5, {EvictTag("a")}));
  EXPECT_TRUE(cache().Start({.epoch = "e", .revision = 9}, 5, absl::Seconds(10)));
  EXPECT_TRUE(cache().Start({.epoch = "e", .revision = 9}, 4, absl::Seconds(10)));
  EXPECT_FALSE(cache().Start({.epoch = "e", .revision = 9}, 6, absl::Seconds(10)));
  EXPECT_FALSE(cache().Start({.epoch = "f", .revision = 9}, 5, absl::Seconds(10)));
  EXPECT_TRUE(cache().IsNew({.epoch = "e", .revision = 6}));
  EXPECT_FALSE(cache().IsNew({.epoch = "e", .revision = 5}));
  EXPECT_FALSE(cache().IsNew({.epoch = "f", .revision = 6}));
}

TEST_F(CacheCoreTest, HoldsAsManyAsItMay) {
  Open({.max_entries = 100});
  for (int i = 0; i < 1'000; ++i) {
    Load(absl::StrCat("k", i));
    EXPECT_LE(cache().Statistics(now_).entries, 100u);
  }
  EXPECT_EQ(cache().Statistics(now_).evictions, 900u);
  EXPECT_EQ(Find("k999"), "k999") << "the newest is not the one to go";
}

TEST_F(CacheCoreTest, HoldsAsMuchAsItMay) {
  Open({.max_weight = 1'000});
  EXPECT_EQ(Load("heavy", {.weight = 1'001}), FillResult::kUnkept);
  EXPECT_EQ(Load("half", {.weight = 500}), FillResult::kKept);
  EXPECT_EQ(Load("all", {.weight = 1'000}), FillResult::kKept);
  EXPECT_EQ(Find("half"), "");
  EXPECT_EQ(Find("all"), "all");
  EXPECT_EQ(cache().Statistics(now_).weight, 1'000u);
}

TEST_F(CacheCoreTest, MayHoldNothing) {
  Open({.max_entries = 0});
  Load("k");
  EXPECT_EQ(Find("k"), "");
  EXPECT_EQ(cache().Statistics(now_).entries, 0u);
}

TEST_F(CacheCoreTest, UnderAFilterItKeepsWhatItHearsOf) {
  Open({.filter = SubscriptionFilter({"a"}, {})});
  EXPECT_EQ(Load("k", {.names = {.tags = {"a:b"}}}), FillResult::kKept);
  EXPECT_EQ(Load("j", {.names = {.tags = {"a:b", "c"}}}), FillResult::kUnkept);
  const std::shared_ptr<Flight> flight = Begin("j");
  const Arrival arrival = cache().BeginLoad("j", type(), true, now_, {}).arrival;
  End(flight, {.names = {.tags = {"c"}}});
  EXPECT_FALSE(flight->MayBeSharedWith(arrival)) << "what touched it meanwhile was not heard";
}

TEST_F(CacheCoreTest, KeepsNothingWithNamesThatNobodyCanInvalidate) {
  EXPECT_EQ(Load("k", {.names = {.tags = {""}}}), FillResult::kUnkept);
  EXPECT_EQ(Load("k", {.names = {.tags = {std::string(2'000, 'a')}}}), FillResult::kUnkept);
  EXPECT_EQ(Load("bad\nkey"), FillResult::kUnkept);
  EXPECT_EQ(Load("k", {.is_wanted = false}), FillResult::kUnkept);
  EXPECT_EQ(Load("k", {.names_known = false}), FillResult::kRefused);
  EXPECT_EQ(cache().Statistics(now_).unkept_fills, 4u);
}

TEST_F(CacheCoreTest, MayKeepForAWhileWhatIsRefusedAgainAndAgain) {
  Open({.keep_refused_for = absl::Seconds(2), .refusals_before_keep = 3});
  const auto refused = [&](uint64_t revision) {
    const std::shared_ptr<Flight> flight = Begin("k");
    Apply(EventAt(revision, {EvictTag("a")}));
    return End(flight, {.names = {.tags = {"a"}}});
  };
  EXPECT_EQ(refused(1), FillResult::kRefused);
  EXPECT_EQ(refused(2), FillResult::kRefused);
  EXPECT_EQ(refused(3), FillResult::kKeptProvisionally);
  EXPECT_EQ(Find("k"), "stale k");
  const std::shared_ptr<Flight> dependent = Begin("dependent");
  EXPECT_FALSE(cache().Resolve(*dependent, {}, {.keys = {"k"}}, now_).names_known);
  now_ = At(3);
  EXPECT_EQ(Find("k"), "");
  EXPECT_EQ(Load("k", {.names = {.tags = {"a"}}}), FillResult::kKept);
  Apply(EventAt(4, {EvictTag("a")}));
  EXPECT_EQ(refused(5), FillResult::kRefused) << "counts anew";
}

TEST_F(CacheCoreTest, TakesOverTheNamesOfCachedKeys) {
  Load("user", {.names = {.tags = {"team:1", "user:1"}, .keys = {"row"}}});
  const std::shared_ptr<Flight> flight = Begin("page");
  Resolution resolution =
      cache().Resolve(*flight, {"page:1"}, {.names = {"user"}, .tags = {"theme"}}, now_);
  EXPECT_EQ(resolution.names, (EntryNames{.tags = {"page:1", "team:1", "theme", "user", "user:1"},
                                          .keys = {"row", "user"}}));
  EXPECT_TRUE(resolution.names_known);
  EXPECT_FALSE(resolution.needs_service);
  End(flight, {.names = resolution.names});
  Apply(EventAt(1, {EvictTag("team")}));
  EXPECT_EQ(Find("page"), "");
}

TEST_F(CacheCoreTest, AsksTheServiceForKeysThatItDoesNotKnow) {
  const std::shared_ptr<Flight> page = Begin("page");
  const Resolution resolution = cache().Resolve(*page, {}, {.keys = {"elsewhere", "page"}}, now_);
  EXPECT_TRUE(resolution.needs_service);
  EXPECT_TRUE(resolution.names_known);
  EXPECT_EQ(resolution.names.keys, std::vector<std::string>({"elsewhere"})) << "not itself";
  End(page, {.names = resolution.names, .needs_service = true});
  const std::shared_ptr<Flight> site = Begin("site");
  EXPECT_TRUE(cache().Resolve(*site, {}, {.keys = {"page"}}, now_).needs_service);
}

TEST_F(CacheCoreTest, TakesOverNothingFromAKeyWhoseValueMayBeAnother) {
  Load("user", {.names = {.tags = {"a"}}});
  const std::shared_ptr<Flight> page = Begin("page");
  const auto is_known = [&] {
    return cache().Resolve(*page, {}, {.keys = {"user"}}, now_).names_known;
  };
  EXPECT_TRUE(is_known());
  Apply(EventAt(1, {MarkTag("a")}));
  EXPECT_FALSE(is_known()) << "it is stale";
  Load("user", {.names = {.tags = {"b"}}});
  EXPECT_FALSE(is_known()) << "it is another value now";
  const std::shared_ptr<Flight> later = Begin("later");
  EXPECT_TRUE(cache().Resolve(*later, {}, {.keys = {"user"}}, now_).names_known);
}

TEST_F(CacheCoreTest, AValueThatWasNotKeptHasNoNames) {
  const std::shared_ptr<Flight> page = Begin("page");
  EXPECT_EQ(Load("user", {.is_wanted = false}), FillResult::kUnkept);
  EXPECT_FALSE(cache().Resolve(*page, {}, {.keys = {"user"}}, now_).names_known);
}

TEST_F(CacheCoreTest, ClosedItKeepsNothing) {
  Load("k");
  const std::shared_ptr<Flight> flight = Begin("j");
  DiscardedEntries discarded;
  cache().Close(discarded);
  EXPECT_EQ(discarded.size(), 1u);
  EXPECT_EQ(Find("k"), "");
  EXPECT_EQ(End(flight, {}), FillResult::kRefused);
  EXPECT_EQ(Load("k"), FillResult::kRefused);
}

TEST_F(CacheCoreTest, ALoadForAnExecutorIsClaimedByTheFirstToAsk) {
  Open({.loads_in_background = true});
  EXPECT_FALSE(Begin("j")->Claim()) << "who begins a load to run it has claimed it";
  Load("k", {.names = {.tags = {"a"}}});
  Apply(EventAt(1, {MarkTag("a")}));
  const CacheCore::Attempt attempt =
      cache().BeginLoad("k", type(), true, now_, {.while_revalidating = true});
  EXPECT_EQ(attempt.flight->thread(), std::thread::id());
  EXPECT_TRUE(attempt.flight->Claim());
  EXPECT_EQ(attempt.flight->thread(), std::this_thread::get_id());
  EXPECT_FALSE(attempt.flight->Claim());
}

TEST_F(CacheCoreTest, TakesOverTheEndOfCachedKeys) {
  Load("short", {.expires = At(5)});
  Load("long", {.expires = At(9)});
  Load("endless");
  const auto end_of = [&](std::vector<std::string> keys) {
    const std::shared_ptr<Flight> flight = Begin("page");
    const Resolution resolution = cache().Resolve(*flight, {}, {.keys = std::move(keys)}, now_);
    End(flight, {.is_wanted = false});
    return resolution.expires;
  };
  EXPECT_EQ(end_of({"long", "short"}), At(5));
  EXPECT_EQ(end_of({"endless", "long"}), At(9));
  EXPECT_EQ(end_of({"endless", "elsewhere"}), absl::InfiniteDuration());
}

TEST_F(CacheCoreTest, ValuesAreDestroyedWithoutLocks) {
  // Its destructor asks the cache, as an application's may.
  struct Asking {
    explicit Asking(CacheCore* asked) : cache(asked) {}
    ~Asking() { cache->Statistics(At(1)); }
    CacheCore* cache;
  };
  Load("k", {.value = std::make_shared<const Asking>(&cache()), .names = {.tags = {"a"}}});
  Apply(EventAt(1, {EvictTag("a")}));
  EXPECT_EQ(Find("k"), "");
}

}  // namespace
}  // namespace cache_invalidation::client::internal
