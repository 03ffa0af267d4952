// SPDX-License-Identifier: Apache-2.0

// The cache as applications use it. tests/client covers destructors, exceptions, fork and its
// internal parts.

#include "client/tagged_cache.h"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/client.h"
#include "client/write_transaction.h"
#include "common/limits.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation::client {
namespace {

using Strings = std::vector<std::string>;

using TaggedCacheTest = DrivenCacheTest;

TEST_F(TaggedCacheTest, LoadsOnceAndServesUntilItIsInvalidated) {
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("one", {"user:1"}))), "one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"))), "one");
  EXPECT_EQ(Text(cache().Get("k")), "one");
  Invalidate("user");
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("three"))), "three");
  const CacheStatistics statistics = cache().Statistics();
  EXPECT_EQ(statistics.hits, 2u);
  EXPECT_EQ(statistics.misses, 4u);
  EXPECT_EQ(statistics.loads, 2u);
  EXPECT_EQ(statistics.events, 1u);
  EXPECT_EQ(statistics.position, (Position{.epoch = "e", .revision = 1}));
}

TEST_F(TaggedCacheTest, SubscribesAsItsOptionsSay) {
  Open({.lease = absl::Seconds(3), .tags = {"user"}, .key_prefixes = {"u"}});
  const SubscriptionOptions& options = connection_->subscribed().subscription;
  EXPECT_EQ(options.name, "test");
  EXPECT_EQ(options.tags, Strings({"user"}));
  EXPECT_EQ(options.key_prefixes, Strings({"u"}));
  EXPECT_EQ(options.lease, absl::Seconds(3));
  EXPECT_EQ(options.acknowledgement, Acknowledgement::kAutomatic);
  cache_.reset();
  EXPECT_EQ(connection_->stopped(), 2);
}

TEST_F(TaggedCacheTest, PastItsLeaseItLoadsOrServesWhatIsFlagged) {
  cache().GetOrLoad("k", Loader("one")).IgnoreError();
  clock_.Advance(absl::Seconds(10));
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(Text(cache().Get("k", {.while_fenced = true})), "stale one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"), {.while_fenced = true})), "stale one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"))), "two");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("three"))), "three");
  Renew();
  EXPECT_EQ(Text(cache().Get("k")), "three");
}

TEST_F(TaggedCacheTest, AResetOrAnotherEpochDropsEverything) {
  cache().GetOrLoad("k", Loader("one")).IgnoreError();
  service().on_reset({.start_after = {.epoch = "e", .revision = 7}});
  EXPECT_FALSE(cache().Get("k"));
  cache().GetOrLoad("k", Loader("two")).IgnoreError();
  Start("e", 9, 7);
  EXPECT_TRUE(cache().Get("k")) << "it goes on where it was";
  Start("f", 9, 9);
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(cache().Statistics().resets, 2u);
}

TEST_F(TaggedCacheTest, TheFinderOfAStaleEntryLoadsIt) {
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  Invalidate("a", InvalidationKind::kMarkStale);
  const ReadOptions accepts{.while_revalidating = true};
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(Text(cache().Get("k", accepts)), "stale one");
  EXPECT_EQ(Text(cache().GetOrLoad(
                "k", [&](Load&) { return Text(cache().GetOrLoad("k", Loader("never"), accepts)); },
                accepts)),
            "stale one")
      << "whoever comes while it is loaded gets the stale value";
  EXPECT_EQ(loads_, 1);
}

TEST_F(TaggedCacheTest, AnExecutorLoadsWhatIsStale) {
  std::vector<std::function<void()>> tasks;
  Open({.executor = [&](std::function<void()> task) { tasks.push_back(std::move(task)); }});
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  Invalidate("a", InvalidationKind::kMarkStale);
  const ReadOptions accepts{.while_revalidating = true};
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"), accepts)), "stale one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("three"), accepts)), "stale one");
  ASSERT_EQ(tasks.size(), 1u);
  tasks[0]();
  EXPECT_EQ(Text(cache().Get("k")), "two");
  tasks[0]();  // the value is loaded already
  EXPECT_EQ(loads_, 2);
}

TEST_F(TaggedCacheTest, ALoadThatTheExecutorDropsEnds) {
  Open({.executor = [](const std::function<void()>&) {}});
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  Invalidate("a", InvalidationKind::kMarkStale);
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("two"), {.while_revalidating = true})), "stale one");
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("three"))), "three");
}

TEST_F(TaggedCacheTest, OneLoadsAndOthersShare) {
  std::thread other;
  std::string others;
  const std::string own = Text(cache().GetOrLoad("k", [&](Load&) -> absl::StatusOr<std::string> {
    other = std::thread([&] { others = Text(cache().GetOrLoad("k", Loader("two"))); });
    clock_.AwaitWaiters(1);
    return std::string("one");
  }));
  other.join();
  EXPECT_EQ(own, "one");
  EXPECT_EQ(others, "one");
  EXPECT_EQ(loads_, 0);
  EXPECT_EQ(cache().Statistics().shared_loads, 1u);
}

TEST_F(TaggedCacheTest, WhoCameAfterAnInvalidationLoadsAgain) {
  std::thread other;
  std::string others;
  const std::string own = Text(cache().GetOrLoad("k", [&](Load& load) {
    load.AddTag("a");
    Invalidate("a");
    other = std::thread([&] { others = Text(cache().GetOrLoad("k", Loader("new"))); });
    clock_.AwaitWaiters(1);
    return std::string("old");
  }));
  other.join();
  EXPECT_EQ(own, "old");
  EXPECT_EQ(others, "new");
  EXPECT_EQ(Text(cache().Get("k")), "new");
  EXPECT_EQ(cache().Statistics().refused_fills, 1u);
}

TEST_F(TaggedCacheTest, PatienceEnds) {
  std::thread other;
  std::string others;
  cache()
      .GetOrLoad("k",
                 [&](Load&) {
                   other = std::thread([&] {
                     others =
                         Text(cache().GetOrLoad("k", Loader(""), {.patience = absl::Seconds(1)}));
                   });
                   clock_.AwaitWaiters(1);
                   clock_.Advance(absl::Seconds(1));
                   other.join();
                   return std::string("one");
                 })
      .IgnoreError();
  EXPECT_EQ(others, "waited for the load of k");
}

TEST_F(TaggedCacheTest, ALoadThatNeedsItselfFails) {
  const auto again = [&](Load&) { return Text(cache().GetOrLoad("k", Loader("never"))); };
  EXPECT_EQ(Text(cache().GetOrLoad("k", again)), "the load of k needs itself");
}

TEST_F(TaggedCacheTest, FailuresAreAnsweredAndNotKept) {
  const auto fails = [](Load&) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("no such user");
  };
  EXPECT_EQ(cache().GetOrLoad("k", fails).status(), absl::NotFoundError("no such user"));
  EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("one"))), "one");
  EXPECT_EQ(cache().Statistics().failed_loads, 1u);
}

TEST_F(TaggedCacheTest, EntriesLiveAsLongAsTheirLoaderSays) {
  Open({.ttl = absl::Seconds(8), .ttl_jitter = 0.5});
  cache().GetOrLoad("default", Loader("one")).IgnoreError();
  const auto two_seconds = [](Load& load) {
    load.SetTtl(absl::Seconds(2));
    return std::string("two");
  };
  cache().GetOrLoad("short", two_seconds).IgnoreError();
  clock_.Advance(absl::Milliseconds(1'499));
  EXPECT_TRUE(cache().Get("short"));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_FALSE(cache().Get("short")) << "half of the jitter is taken off";
  clock_.Advance(absl::Milliseconds(4'499));
  EXPECT_TRUE(cache().Get("default"));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_FALSE(cache().Get("default"));
}

TEST_F(TaggedCacheTest, ALoaderMayNotWantItsValueKept) {
  const auto unwanted = [](Load& load) {
    load.DoNotKeep();
    return std::string("one");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("k", unwanted)), "one");
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_EQ(cache().Statistics().unkept_fills, 1u);
}

TEST_F(TaggedCacheTest, DropsHereAlone) {
  cache().GetOrLoad("k", Loader("one", {"a:b"})).IgnoreError();
  cache().GetOrLoad("j", Loader("one")).IgnoreError();
  cache().Drop({"a"}, {"j"});
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_FALSE(cache().Get("j"));
  const auto dropped_meanwhile = [&](Load& load) {
    load.AddTag("a");
    cache().Drop({"a"});
    return std::string("old");
  };
  cache().GetOrLoad("k", dropped_meanwhile).IgnoreError();
  EXPECT_FALSE(cache().Get("k"));
  cache().GetOrLoad("k", Loader("new")).IgnoreError();
  cache().DropEverything();
  EXPECT_FALSE(cache().Get("k"));
}

TEST_F(TaggedCacheTest, DropsWhatTheServiceCouldNotBeTold) {
  cache().GetOrLoad("k", Loader("one", {"user:1"})).IgnoreError();
  cache().GetOrLoad("list", Loader("one", {"user:#all"})).IgnoreError();
  WriteTransaction transaction(Client(connection_), {.on_unsent = [&](const UnsentWrites& unsent) {
                                 cache().Drop(unsent.tags);
                               }});
  transaction.Add("user", "1", "update");
  const TransactionResult result = transaction.Commit([] { return CommitOutcome::kCommitted; });
  EXPECT_FALSE(result.invalidation_status.ok());
  EXPECT_FALSE(cache().Get("k"));
  EXPECT_FALSE(cache().Get("list"));
}

TEST_F(TaggedCacheTest, SharedEntriesAreRegistered) {
  TrackedEntry tracked;
  connection_->on_track_entries = [&](const TrackEntriesParams& params) {
    tracked = params.entries.at(0);
    return TrackEntriesResult{.results = {{.key = "k", .outcome = FillOutcome::kKept}}};
  };
  Invalidate("other");
  const auto shared = [](Load& load) {
    load.SetShared();
    load.AddTag("a");
    load.DependOnTag("b");
    load.SetTtl(absl::Seconds(20));
    return std::string("one");
  };
  cache().GetOrLoad("k", shared).IgnoreError();
  EXPECT_TRUE(cache().Get("k"));
  EXPECT_EQ(tracked.key, "k");
  EXPECT_EQ(tracked.tags, Strings({"a"}));
  EXPECT_EQ(tracked.depends_on.tags, Strings({"b"}));
  EXPECT_EQ(tracked.position, (Position{.epoch = "e", .revision = 1}));
  EXPECT_GT(tracked.ttl, absl::Seconds(20)) << "the service must not forget it first";
}

TEST_F(TaggedCacheTest, WhatTheServiceRefusesIsNotKept) {
  const auto foreign = [](Load& load) {
    load.DependOnKey("elsewhere");
    return std::string("one");
  };
  for (const absl::StatusOr<TrackEntriesResult>& answer :
       {absl::StatusOr<TrackEntriesResult>(absl::UnavailableError("")),
        absl::StatusOr<TrackEntriesResult>(
            TrackEntriesResult{.results = {{.key = "k", .outcome = FillOutcome::kRefusedMoved}}}),
        absl::StatusOr<TrackEntriesResult>(TrackEntriesResult{})}) {
    connection_->on_track_entries = [&](const TrackEntriesParams&) { return answer; };
    EXPECT_EQ(Text(cache().GetOrLoad("k", foreign)), "one");
    EXPECT_FALSE(cache().Get("k"));
  }
  EXPECT_EQ(cache().Statistics().refused_fills, 3u);
  connection_->on_track_entries = nullptr;
  cache().GetOrLoad("k", foreign).IgnoreError();
  EXPECT_TRUE(cache().Get("k"));
}

// The service has begun another epoch, and the stream of the one before it has not ended yet.
TEST_F(TaggedCacheTest, AnAnswerFromAnotherEpochEndsTheLease) {
  const Position other{.epoch = "f"};
  const auto shared = [](Load& load) {
    load.SetShared();
    return std::string("shared");
  };
  const auto dependent = [](Load& load) {
    load.DependOnKey("elsewhere");
    return std::string("dependent");
  };
  connection_->on_track_entries = [&](const TrackEntriesParams&) {
    return TrackEntriesResult{.results = {{.key = "k", .outcome = FillOutcome::kKept}},
                              .position = other};
  };
  connection_->on_lookup_entry = [&](const LookupEntryParams&) {
    return EntryLookup{.state = EntryState::kFresh, .position = other};
  };
  for (const bool is_shared : {false, true}) {
    Open({});
    cache().GetOrLoad("kept", Loader("kept")).IgnoreError();
    EXPECT_EQ(Text(is_shared ? cache().GetOrLoad("k", shared) : cache().GetOrLoad("k", dependent)),
              is_shared ? "shared" : "dependent");
    EXPECT_FALSE(cache().Get("k"));
    EXPECT_FALSE(cache().Get("kept")) << "what was invalidated in the other epoch is unknown";
    EXPECT_EQ(cache().Statistics().refused_fills, 1u);
    EXPECT_EQ(cache().Statistics().epoch_conflicts, 1u);

    // The stream goes on after all. A lease counts if it was requested after the conflict.
    clock_.Advance(absl::Seconds(1));
    service().on_progress({.position = {.epoch = "e", .revision = revision_},
                           .lease_end = clock_.Monotonic() + absl::Seconds(8)});
    EXPECT_FALSE(cache().Get("kept"));
    Renew();
    EXPECT_TRUE(cache().Get("kept"));
  }

  // Usually, the stream starts again in that epoch.
  cache().GetOrLoad("j", shared).IgnoreError();
  EXPECT_EQ(cache().Statistics().epoch_conflicts, 2u);
  Start("f", 0, 0);
  service().on_progress({.position = other, .lease_end = clock_.Monotonic() + absl::Seconds(9)});
  EXPECT_TRUE(cache().Statistics().is_live);
  EXPECT_FALSE(cache().Get("kept"));
  EXPECT_EQ(Text(cache().GetOrLoad("k", shared)), "shared");
  EXPECT_TRUE(cache().Get("k"));
  EXPECT_EQ(cache().Statistics().epoch_conflicts, 2u);
}

// The answer comes from the epoch in which the load began, or from the one that is applied by now.
TEST_F(TaggedCacheTest, AnAnswerFromTheEpochBeforeOrAfterAResetIsNoConflict) {
  for (const std::string answers : {"e", "f"}) {
    Open({});
    connection_->on_track_entries = [&](const TrackEntriesParams&) {
      Start("f", 0, 0);
      service().on_progress(
          {.position = {.epoch = "f"}, .lease_end = clock_.Monotonic() + absl::Seconds(10)});
      return TrackEntriesResult{.results = {{.key = "k", .outcome = FillOutcome::kKept}},
                                .position = {.epoch = answers}};
    };
    const auto shared = [](Load& load) {
      load.SetShared();
      return std::string("one");
    };
    EXPECT_EQ(Text(cache().GetOrLoad("k", shared)), "one");
    EXPECT_FALSE(cache().Get("k")) << "it was loaded before the reset";
    EXPECT_TRUE(cache().Statistics().is_live);
    EXPECT_EQ(cache().Statistics().epoch_conflicts, 0u);
  }
}

TEST_F(TaggedCacheTest, AsManyTagsAsTheServiceTakesAreTags) {
  TrackedEntry tracked;
  connection_->on_track_entries = [&](const TrackEntriesParams& params) {
    tracked = params.entries.at(0);
    return TrackEntriesResult{};
  };
  const auto many = [](Load& load) {
    load.SetShared();
    for (size_t i = 0; i < kMaxTagsPerEntry + 2; ++i) load.AddTag("tag:" + std::to_string(i));
    return std::string("one");
  };
  cache().GetOrLoad("k", many).IgnoreError();
  EXPECT_EQ(tracked.tags.size(), kMaxTagsPerEntry);
  EXPECT_EQ(tracked.depends_on.tags.size(), 2u);
  EXPECT_FALSE(tracked.ttl.has_value());
}

struct Page {
  std::string text;
};

TEST_F(TaggedCacheTest, CopiesForOtherTypesShareTheCache) {
  const TaggedCache<Page> pages(cache());
  const auto render = [&](Load& load) -> absl::StatusOr<Page> {
    load.DependOnKey("user");
    return Page{"hello " + Text(cache().GetOrLoad("user", Loader("Ann", {"user:1"})))};
  };
  EXPECT_EQ((*pages.GetOrLoad("page", render))->text, "hello Ann");
  EXPECT_TRUE(pages.Get("page"));
  EXPECT_EQ(cache().Statistics().entries, 2u);
  Invalidate("user:1");
  EXPECT_FALSE(pages.Get("page"));
}

TEST_F(TaggedCacheTest, AKeyOfAnotherTypeIsAMiss) {
  cache().GetOrLoad("k", Loader("one")).IgnoreError();
  const TaggedCache<Page> pages(cache());
  EXPECT_FALSE(pages.Get("k"));
  EXPECT_EQ((*pages.GetOrLoad(
                 "j", [&](Load&) { return Page{Text(cache().GetOrLoad("j", Loader("never")))}; }))
                ->text,
            "j is loaded as another type");
}

TEST_F(TaggedCacheTest, ItsListenerHearsWhatItHasApplied) {
  std::string heard;
  Open({.listener = {
            .on_started = [&](const SubscriptionStarted&) { heard += "started "; },
            .on_reset = [&](const SubscriptionReset&) { heard += "reset "; },
            .on_event = [&](const Event&) { heard += cache().Get("k") ? "early " : "event "; },
            .on_progress = [&](const SubscriptionProgress&) { heard += "progress "; },
            .on_disconnected = [&](const absl::Status&) { heard += "disconnected "; },
            .on_ended = [&](const absl::Status&) { heard += "ended "; }}});
  cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
  Invalidate("a");
  service().on_disconnected(absl::UnavailableError(""));
  service().on_reset({.start_after = {.epoch = "e", .revision = 7}});
  service().on_ended(absl::PermissionDeniedError(""));
  EXPECT_EQ(heard, "started progress event disconnected reset ended ");
}

TEST_F(TaggedCacheTest, TellsWhenItLives) {
  EXPECT_TRUE(cache().AwaitLive(absl::ZeroDuration()));
  clock_.Advance(absl::Seconds(10));
  EXPECT_FALSE(cache().AwaitLive(absl::ZeroDuration()));
  std::thread waits([&] { EXPECT_TRUE(cache().AwaitLive(absl::Seconds(1))); });
  clock_.AwaitWaiters(1);
  Renew();
  waits.join();
  clock_.Advance(absl::Seconds(10));
  service().on_ended(absl::PermissionDeniedError("no"));
  EXPECT_FALSE(cache().AwaitLive(absl::InfiniteDuration()));
  EXPECT_EQ(cache().status(), absl::PermissionDeniedError("no"));
}

// No event arrives any more that could invalidate something, so nothing is served, whatever a
// caller accepts.
TEST_F(TaggedCacheTest, ServesNothingWhenTheSubscriptionHasEnded) {
  Open({.keep_refused_for = absl::Seconds(5), .refusals_before_keep = 1});
  const ReadOptions anything{.while_revalidating = true, .if_error = true, .while_fenced = true};
  for (const std::string key : {"k", "marked"}) {
    cache().GetOrLoad(key, Loader("one", {key})).IgnoreError();
  }
  Invalidate("marked", InvalidationKind::kMarkStale);
  const auto load = [&](Load&) {
    service().on_ended(absl::InvalidArgumentError("no"));
    return std::string("two");
  };
  EXPECT_EQ(Text(cache().GetOrLoad("j", load)), "two");
  EXPECT_FALSE(cache().status().ok());
  EXPECT_FALSE(cache().Statistics().is_live);
  EXPECT_EQ(Text(cache().GetOrLoad("i", Loader("three"))), "three");
  for (const std::string key : {"i", "j", "k", "marked"}) {
    EXPECT_FALSE(cache().Get(key)) << key;
    EXPECT_FALSE(cache().Get(key, anything)) << key;
  }
}

TEST_F(TaggedCacheTest, TellsWhatItHasApplied) {
  EXPECT_TRUE(cache().AwaitApplied({.epoch = "e"}, absl::ZeroDuration()));
  EXPECT_FALSE(cache().AwaitApplied({.epoch = "e", .revision = 1}, absl::ZeroDuration()));
  EXPECT_FALSE(cache().AwaitApplied({.epoch = "f"}, absl::ZeroDuration()));
  std::thread waits(
      [&] { EXPECT_TRUE(cache().AwaitApplied({.epoch = "e", .revision = 1}, absl::Seconds(1))); });
  clock_.AwaitWaiters(1);
  Invalidate("a");
  waits.join();
}

TEST_F(TaggedCacheTest, AnEventOfAnUnannouncedHistoryDropsEverything) {
  cache().GetOrLoad("k", Loader("one")).IgnoreError();
  service().on_event({.revision = 5, .epoch = "other"});
  EXPECT_FALSE(cache().Get("k"));
}

}  // namespace
}  // namespace cache_invalidation::client
