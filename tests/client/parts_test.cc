// SPDX-License-Identifier: Apache-2.0

// A value that was computed from others is valid only as long as they are.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/entry.h"
#include "client/tagged_cache.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation {
namespace {

using client::EntryLookup;
using client::EntryState;
using client::FillOutcome;
using client::InvalidationKind;
using client::Load;
using client::LookupEntryParams;
using client::TrackedEntry;
using client::TrackEntriesParams;
using client::TrackEntriesResult;

class PartsTest : public DrivenCacheTest {
 protected:
  PartsTest() { Open({.ttl_jitter = 0}); }

  // Loads `key` from these other keys, to live for so long.
  void Fill(const std::string& key, const std::vector<std::string>& parts,
            absl::Duration ttl = absl::InfiniteDuration(), bool is_shared = false) {
    const auto load = [&](Load& load) {
      for (const std::string& part : parts) load.DependOnKey(part);
      load.AddTag(key);
      load.SetTtl(ttl);
      if (is_shared) load.SetShared();
      return std::string("one");
    };
    cache().GetOrLoad(key, load).IgnoreError();
  }

  // Advances the clock, and renews the lease.
  void Pass(absl::Duration time) {
    clock_.Advance(time);
    Renew();
  }
};

TEST_F(PartsTest, EndsWithItsParts) {
  Fill("part", {}, absl::Seconds(10));
  Pass(absl::Seconds(4));
  Fill("whole", {"part"});
  Fill("whole by its name", {"part"}, absl::Hours(1));
  Fill("of the whole", {"whole"});
  Fill("short", {"whole"}, absl::Seconds(2));
  Pass(absl::Seconds(2));
  EXPECT_FALSE(cache().Get("short")) << "it has an end of its own";
  Pass(absl::Milliseconds(3'999));
  for (const std::string key : {"part", "whole", "whole by its name", "of the whole"}) {
    EXPECT_TRUE(cache().Get(key)) << key;
  }
  Pass(absl::Milliseconds(1));
  for (const std::string key : {"part", "whole", "whole by its name", "of the whole"}) {
    EXPECT_FALSE(cache().Get(key)) << key;
    EXPECT_FALSE(cache().Get(key, {.while_revalidating = true, .while_fenced = true})) << key;
  }
}

TEST_F(PartsTest, TheFirstPartToEndEndsIt) {
  Fill("long", {}, absl::Seconds(20));
  Fill("endless", {});
  Fill("short", {}, absl::Seconds(5));
  Fill("whole", {"long", "endless", "short"});
  Fill("other", {"long", "endless"});
  Pass(absl::Seconds(5));
  EXPECT_FALSE(cache().Get("whole"));
  EXPECT_TRUE(cache().Get("other"));
}

// Also with Load::DependOn, whose names may be keys or tags.
TEST_F(PartsTest, ANameMayBeAPart) {
  Fill("part", {}, absl::Seconds(5));
  const auto load = [](Load& load) {
    load.DependOn("part");
    return std::string("one");
  };
  cache().GetOrLoad("whole", load).IgnoreError();
  EXPECT_TRUE(cache().Get("whole"));
  Pass(absl::Seconds(5));
  EXPECT_FALSE(cache().Get("whole"));
}

TEST_F(PartsTest, TheJitterOfAPartIsThatOfTheWhole) {
  Open({.ttl_jitter = 1});
  Fill("part", {}, absl::Seconds(10));
  Fill("whole", {"part"});
  Pass(absl::Seconds(5));
  EXPECT_FALSE(cache().Get("part"));
  EXPECT_FALSE(cache().Get("whole"));
}

TEST_F(PartsTest, APartThatHasEndedIsNotKnown) {
  Fill("part", {}, absl::Seconds(10));
  const auto load = [this](Load& load) {
    load.DependOnKey("part");
    const std::string value = Text(cache().Get("part"));
    Pass(absl::Seconds(10));
    return value;
  };
  EXPECT_EQ(Text(cache().GetOrLoad("whole", load)), "one");
  EXPECT_FALSE(cache().Get("whole"));
}

TEST_F(PartsTest, TheServiceIsToldHowLongAWholeLives) {
  std::optional<absl::Duration> ttl;
  connection_->on_track_entries = [&](const TrackEntriesParams& params) {
    ttl = params.entries.at(0).ttl;
    return TrackEntriesResult{.results = {{.key = "whole", .outcome = FillOutcome::kKept}}};
  };
  Fill("part", {}, absl::Seconds(10));
  Fill("whole", {"part"}, absl::InfiniteDuration(), /*is_shared=*/true);
  ASSERT_TRUE(ttl.has_value());
  EXPECT_GT(*ttl, absl::Seconds(10));
  EXPECT_LT(*ttl, absl::Seconds(15));
}

// A value that is kept although it was refused ends soon, and nothing computed from it is kept.
TEST_F(PartsTest, APartThatWasRefusedCarriesNothing) {
  Open({.keep_refused_for = absl::Seconds(5), .refusals_before_keep = 1});
  const auto touched = [this](Load& load) {
    load.AddTag("a");
    Invalidate("a");
    return std::string("one");
  };
  cache().GetOrLoad("part", touched).IgnoreError();
  EXPECT_EQ(Text(cache().Get("part")), "stale one");
  Fill("whole", {"part"});
  EXPECT_FALSE(cache().Get("whole"));
}

// ---- Parts that are not in this cache

// The key is neither in this cache nor known to the service: nothing could report its
// invalidation.
TEST_F(PartsTest, WhatRestsOnAKeyThatNobodyKnowsIsNotKept) {
  connection_->on_lookup_entry = [](const LookupEntryParams&) {
    return EntryLookup{.state = EntryState::kAbsent};
  };
  int registered = 0;
  connection_->on_track_entries = [&](const TrackEntriesParams& params) {
    ++registered;
    return TrackEntriesResult{
        .results = {{.key = params.entries.at(0).key, .outcome = FillOutcome::kKept}}};
  };
  for (const bool by_name : {false, true}) {
    const auto load = [&](Load& load) {
      if (by_name) {
        load.DependOn("u42");
      } else {
        load.DependOnKey("u42");
      }
      return std::string("one");
    };
    EXPECT_EQ(Text(cache().GetOrLoad("page", load)), "one");
    EXPECT_FALSE(cache().Get("page"));
  }
  EXPECT_EQ(registered, 0);
  EXPECT_EQ(cache().Statistics().refused_fills, 2u);
  EXPECT_EQ(cache().Statistics().fills_on_unknown_keys, 2u);
  EXPECT_EQ(cache().Statistics().last_unknown_key, "u42");
  Fill("u42", {});
  Fill("page", {"u42"});
  EXPECT_TRUE(cache().Get("page")) << "now this cache knows it";
  EXPECT_EQ(registered, 0);
}

TEST_F(PartsTest, OnlyAFreshEntryOfTheServiceIsAPart) {
  absl::StatusOr<EntryLookup> answer = EntryLookup{};
  connection_->on_lookup_entry = [&](const LookupEntryParams& params) {
    EXPECT_EQ(params.key, "elsewhere");
    return answer;
  };
  for (const absl::StatusOr<EntryLookup>& other :
       {absl::StatusOr<EntryLookup>(EntryLookup{.state = EntryState::kStale}),
        absl::StatusOr<EntryLookup>(EntryLookup{.state = EntryState::kAbsent}),
        absl::StatusOr<EntryLookup>(absl::UnavailableError(""))}) {
    answer = other;
    Fill("page", {"elsewhere"});
    EXPECT_FALSE(cache().Get("page"));
  }
  answer = EntryLookup{.state = EntryState::kFresh};
  Fill("page", {"elsewhere"});
  EXPECT_TRUE(cache().Get("page"));
  EXPECT_EQ(cache().Statistics().fills_on_unknown_keys, 1u);
}

TEST_F(PartsTest, TheServiceLooksForItsKeysOnceMore) {
  TrackedEntry tracked;
  connection_->on_track_entries = [&](const TrackEntriesParams& params) {
    tracked = params.entries.at(0);
    return TrackEntriesResult{.results = {{.key = tracked.key, .outcome = FillOutcome::kKept}}};
  };
  Fill("page", {"elsewhere"});
  EXPECT_TRUE(tracked.only_tracked_keys);
  EXPECT_EQ(tracked.depends_on.keys, std::vector<std::string>({"elsewhere"}));
  // The service need not know the keys that are cached here.
  Fill("here", {});
  Fill("mixed", {"elsewhere", "here"});
  EXPECT_EQ(tracked.key, "mixed");
  EXPECT_FALSE(tracked.only_tracked_keys);
  EXPECT_EQ(tracked.depends_on.keys, std::vector<std::string>({"elsewhere", "here"}));
}

TEST_F(PartsTest, EndsWithItsPartsElsewhere) {
  connection_->on_lookup_entry = [](const LookupEntryParams& params) {
    EntryLookup answer{.state = EntryState::kFresh};
    if (params.key == "short") answer.ttl = absl::Seconds(5);
    if (params.key == "long") answer.ttl = absl::Seconds(20);
    return answer;
  };
  Fill("whole", {"long", "short", "endless"});
  Fill("of the whole", {"whole"});
  Pass(absl::Milliseconds(4'999));
  EXPECT_TRUE(cache().Get("whole"));
  EXPECT_TRUE(cache().Get("of the whole"));
  Pass(absl::Milliseconds(1));
  EXPECT_FALSE(cache().Get("whole"));
  EXPECT_FALSE(cache().Get("of the whole"));
}

}  // namespace
}  // namespace cache_invalidation
