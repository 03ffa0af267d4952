// SPDX-License-Identifier: Apache-2.0

// Positions of callers without a subscription: fills, declarations and queries with the position
// that the caller had before it loaded.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Dependencies = v1::DependencyService::Stub;
using Entries = v1::CacheEntryService::Stub;
using Invalidations = v1::InvalidationService::Stub;
using Stats = v1::StatsService::Stub;

// On a clock that stands still: what is pending stays so until a test flushes it.
class FillPositionTest : private WithClock, public ServiceTest {
 protected:
  FillPositionTest() : ServiceTest(OptionsWith(clock)) {}

  static ServerOptions OptionsWith(FakeClock& clock) {
    ServerOptions options = WithoutNetwork();
    options.clock = &clock;
    // So that a round of sweeping forgets what happened, see ForgetHistory.
    options.limits.remembered_names = 20;
    return options;
  }

  // Of the namespace that a test is in.
  std::string Here(const std::string& request) {
    return absl::StrCat("namespace: '", namespace_, "' ", request);
  }
  v1::Position Head() {
    return Ok(*entries_, &Entries::LookupEntry, Here("key: 'any'")).position();
  }
  static std::string At(const v1::Position& position) {
    return absl::StrCat(" position { ", position.ShortDebugString(), " }");
  }
  void Invalidate(const std::string& what) {
    Ok(*invalidations_, &Invalidations::Invalidate, Here(what));
  }
  void Flush() { Ok(*invalidations_, &Invalidations::FlushPendingInvalidations, Here("")); }
  v1::TrackResult Track(const std::string& entry) {
    return Ok(*entries_, &Entries::TrackEntries, Here(absl::StrCat("entries { ", entry, " }")))
        .results(0);
  }
  bool IsKept(const std::string& entry) { return Track(entry).outcome() == v1::FILL_OUTCOME_KEPT; }
  bool HasMoved(const std::string& key, const v1::Position& position) {
    return Ok(*entries_, &Entries::Validate, Here(absl::StrCat("keys { ", key, " }", At(position))))
               .keys(0) == v1::VALIDATION_STATE_MOVED;
  }
  bool TagHasMoved(const std::string& tag, const v1::Position& position) {
    return Ok(*entries_, &Entries::Validate, Here(absl::StrCat("tags: '", tag, "'", At(position))))
               .tags(0) == v1::VALIDATION_STATE_MOVED;
  }
  bool DeclarationInvalidates(const std::string& edges) {
    return Ok(*dependencies_, &Dependencies::AddCacheDependency, Here(edges)).invalidated();
  }
  v1::EntryState StateOf(const std::string& key) {
    return Ok(*entries_, &Entries::LookupEntry, Here(absl::StrCat("key: '", key, "'"))).state();
  }

  void Pass(absl::Duration time) { clock.Advance(time); }
  // Until positions up to the head are below the retained history.
  void ForgetHistory() {
    const v1::Position before = Head();
    for (int i = 0; i < 50; ++i) Invalidate(absl::StrCat("tags: 'forgotten:", i, "'"));
    while (!TagHasMoved("untouched", before)) Pass(absl::Seconds(10));
  }

  std::string namespace_ = "default";
  std::unique_ptr<Dependencies> dependencies_ = NewStub<v1::DependencyService>();
  std::unique_ptr<Entries> entries_ = NewStub<v1::CacheEntryService>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
};

// What an invalidation concerns of the key `k` with the tag `a:b:c`, computed from the key `row`
// and the tag `x:y`; `row` carries `r:1` and was computed from `base`, which carries `s`.
enum Concerns { kNothing, kItself, kItsSource };

struct Row {
  std::string invalidation;
  Concerns concerns;
};

const Row kRows[] = {
    {"keys: 'k'", kItself},      {"tags: 'a:b:c'", kItself},      {"tags: 'a:b'", kItself},
    {"tags: 'a'", kItself},      {"pattern: 'k'", kItself},       {"everything: true", kItself},
    {"keys: 'row'", kItsSource}, {"pattern: 'ro.'", kItsSource},  {"tags: 'r:1'", kItsSource},
    {"tags: 'r'", kItsSource},   {"keys: 'base'", kItsSource},    {"tags: 's'", kItsSource},
    {"tags: 'x:y'", kItsSource}, {"tags: 'x'", kItsSource},       {"tags: 'a:b:c:d'", kNothing},
    {"tags: 'a:bc'", kNothing},  {"tags: 'x:y:z'", kNothing},     {"tags: 'r:2'", kNothing},
    {"keys: 'a:b:c'", kNothing}, {"keys: 'x:y'", kNothing},       {"tags: 'k'", kNothing},
    {"tags: 'row'", kNothing},   {"pattern: 'ro|x:y'", kNothing}, {"pattern: 'a:b:c'", kNothing},
};

TEST_F(FillPositionTest, WhatItRestsOnMustNotHaveMovedNorBePending) {
  const std::string edges = " depends_on_keys: 'row' depends_on_tags: 'x:y'";
  const std::string fill = absl::StrCat("key: 'k' tags: 'a:b:c'", edges);
  int number = 0;
  for (const Row& row : kRows) {
    for (const std::string strategy : {"IMMEDIATE", "LAZY", "BATCHED"}) {
      if (row.invalidation == "everything: true" && strategy == "BATCHED") continue;
      SCOPED_TRACE(absl::StrCat(row.invalidation, " ", strategy));
      const std::string what =
          absl::StrCat(row.invalidation, " strategy: INVALIDATION_STRATEGY_", strategy);
      const bool everything = row.invalidation == "everything: true";
      const bool itself = row.concerns == kItself;
      const bool source = row.concerns == kItsSource || everything;

      namespace_ = absl::StrCat("fills", ++number);
      Track("key: 'base' tags: 's'");
      Track("key: 'row' tags: 'r:1' depends_on_keys: 'base'");
      const v1::Position before = Head();
      Invalidate(what);
      EXPECT_EQ(HasMoved("key: 'k' tags: 'a:b:c'", before), itself);
      EXPECT_EQ(DeclarationInvalidates("key: 'page'" + edges + At(before)), source);
      const v1::TrackResult result = Track(fill + At(before));
      EXPECT_EQ(result.outcome(),
                itself || source ? v1::FILL_OUTCOME_REFUSED_MOVED : v1::FILL_OUTCOME_KEPT);
      EXPECT_EQ(result.moved().empty(), !itself && !source);
      Flush();
      EXPECT_EQ(IsKept(fill + At(before)), !itself && !source) << "after the flush";
      if (strategy == "LAZY") {
        // A stale source permits no use until it is filled anew. A tag is never stale.
        const bool stale = source && row.invalidation.find("'x") == std::string::npos;
        EXPECT_EQ(IsKept(fill + At(Head())), !stale);
        Track("key: 'base' tags: 's'");
        Track("key: 'row' tags: 'r:1' depends_on_keys: 'base'");
      }
      EXPECT_TRUE(IsKept(fill + At(Head()))) << "whoever loaded since then is right";

      // A key that is tracked is as good as what is known of it.
      namespace_ = absl::StrCat("questions", number);
      Track("key: 'base' tags: 's'");
      Track("key: 'row' tags: 'r:1' depends_on_keys: 'base'");
      Track(fill);
      const v1::Position tracked = Head();
      EXPECT_FALSE(HasMoved("key: 'k'", tracked));
      Invalidate(what);
      EXPECT_EQ(HasMoved("key: 'k'", tracked), itself || source);
    }
  }
}

TEST_F(FillPositionTest, ADependencyIsFollowedThroughDeclarations) {
  ASSERT_FALSE(DeclarationInvalidates("key: 'b' depends_on_keys: 'a'"));
  ASSERT_FALSE(DeclarationInvalidates("key: 'a' depends_on_tags: 't'"));
  const v1::Position before = Head();
  Invalidate("tags: 't'");
  EXPECT_FALSE(IsKept("key: 'k' depends_on_keys: 'b'" + At(before)));
  EXPECT_TRUE(DeclarationInvalidates("key: 'page' depends_on_keys: 'b'" + At(before)));
  EXPECT_FALSE(DeclarationInvalidates("key: 'page' depends_on_keys: 'b'" + At(Head())));
}

TEST_F(FillPositionTest, TagsAreAskedWithThoseAboveThem) {
  const v1::Position before = Head();
  Invalidate("tags: ['a:b', 'late'] strategy: INVALIDATION_STRATEGY_BATCHED");
  for (const bool flushed : {false, true}) {
    if (flushed) Flush();
    EXPECT_TRUE(TagHasMoved("a:b", before));
    EXPECT_TRUE(TagHasMoved("a:b:c", before));
    EXPECT_FALSE(TagHasMoved("a", before)) << "only one below it moved";
    EXPECT_EQ(TagHasMoved("late", Head()), !flushed) << "no position is past what is pending";
  }
}

TEST_F(FillPositionTest, APositionOutsideOfTheHistoryIsWorthNothing) {
  const v1::Position old = Head();
  ForgetHistory();
  v1::Position future = Head();
  future.set_revision(future.revision() + 100);
  v1::Position foreign = Head();
  foreign.set_epoch("another");
  for (const v1::Position& position : {old, future, foreign}) {
    SCOPED_TRACE(position.ShortDebugString());
    EXPECT_EQ(Track("key: 'k' tags: 't'" + At(position)).outcome(),
              v1::FILL_OUTCOME_REFUSED_POSITION);
    EXPECT_EQ(StateOf("k"), v1::ENTRY_STATE_ABSENT);
    EXPECT_TRUE(DeclarationInvalidates("key: 'page' depends_on_tags: 't'" + At(position)));
    EXPECT_TRUE(HasMoved("key: 'k' tags: 't'", position));
    EXPECT_TRUE(TagHasMoved("t", position));
  }
  EXPECT_TRUE(IsKept("key: 'k' tags: 't'" + At(Head())));
}

TEST_F(FillPositionTest, ARefusedFillInvalidatesWhatWasComputedFromIt) {
  const v1::Position before = Head();
  Track("key: 'page' depends_on_keys: 'row'");
  Invalidate("tags: 'r'");
  EXPECT_EQ(StateOf("page"), v1::ENTRY_STATE_FRESH) << "nobody knew what the row carries";
  EXPECT_FALSE(IsKept("key: 'row' tags: 'r:1'" + At(before)));
  EXPECT_EQ(StateOf("page"), v1::ENTRY_STATE_ABSENT);
  EXPECT_EQ(StateOf("row"), v1::ENTRY_STATE_ABSENT);
}

TEST_F(FillPositionTest, WhatWasComputedFromAnEntryThatExpiredMeanwhileIsRefused) {
  for (const bool hit : {false, true}) {
    const v1::Position before = Head();
    Track("key: 'row' tags: 'r:1' ttl { seconds: 1 }");
    Pass(absl::Seconds(2));
    if (hit) Invalidate("tags: 'r:1'");
    const std::string page = absl::StrCat("key: 'page ", hit, "' depends_on_keys: 'row'");
    const v1::TrackResult late = Track(page + At(before));
    EXPECT_EQ(late.outcome(), v1::FILL_OUTCOME_REFUSED_MOVED) << hit;
    EXPECT_EQ(late.moved(), "row") << hit;
    EXPECT_TRUE(IsKept(page + At(Head()))) << hit;
  }
}

TEST_F(FillPositionTest, AKeptFillIsFreshAgain) {
  Track("key: 'k' tags: 't'");
  Invalidate("tags: 't' strategy: INVALIDATION_STRATEGY_LAZY");
  EXPECT_EQ(StateOf("k"), v1::ENTRY_STATE_STALE);
  ASSERT_TRUE(IsKept("key: 'k' tags: 't'" + At(Head())));
  EXPECT_EQ(StateOf("k"), v1::ENTRY_STATE_FRESH);
}

TEST_F(FillPositionTest, FillsWithoutAPositionAreCountedNotChecked) {
  Track("key: 'other' tags: 't'");
  Invalidate("tags: 't'");
  EXPECT_TRUE(IsKept("key: 'k' tags: 't'"));
  EXPECT_FALSE(DeclarationInvalidates("key: 'page' depends_on_tags: 't'"));
  const auto stats = Ok(*stats_, &Stats::GetInvalidationStats, Here("")).stats();
  EXPECT_EQ(stats.unchecked_fills(), 2u);
  EXPECT_EQ(stats.refused_fills(), 0u);
}

}  // namespace
}  // namespace cache_invalidation
