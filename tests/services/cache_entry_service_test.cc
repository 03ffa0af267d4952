// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Entries = v1::CacheEntryService::Stub;
using Invalidations = v1::InvalidationService::Stub;

class CacheEntryServiceTest : public ServiceTest {
 protected:
  v1::LookupEntryResponse Lookup(const std::string& key) {
    return Ok(*entries_, &Entries::LookupEntry, absl::StrCat("key: '", key, "'"));
  }

  std::unique_ptr<Entries> entries_ = NewStub<v1::CacheEntryService>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
};

TEST_F(CacheEntryServiceTest, TracksLooksUpAndUntracks) {
  const auto absent = Lookup("k");
  EXPECT_EQ(absent.state(), v1::ENTRY_STATE_ABSENT);
  EXPECT_NE(absent.position().epoch(), "");
  const auto tracked =
      Ok(*entries_, &Entries::TrackEntries,
         absl::StrCat("entries { key: 'k' tags: ['u:2', 'u:1'] ttl { seconds: 100 } position {",
                      absent.position().ShortDebugString(), "} }"));
  ASSERT_EQ(tracked.results_size(), 1);
  EXPECT_EQ(tracked.results(0).key(), "k");
  EXPECT_EQ(tracked.results(0).outcome(), v1::FILL_OUTCOME_KEPT);
  const auto fresh = Lookup("k");
  EXPECT_EQ(fresh.state(), v1::ENTRY_STATE_FRESH);
  ASSERT_EQ(fresh.tags_size(), 2);
  EXPECT_EQ(fresh.tags(0), "u:1");
  EXPECT_GT(fresh.ttl().seconds(), 90);
  EXPECT_LE(fresh.ttl().seconds(), 100);
  EXPECT_EQ(Ok(*entries_, &Entries::UntrackEntries, R"(keys: ["k", "other"])").found(), 1u);
  EXPECT_EQ(Lookup("k").state(), v1::ENTRY_STATE_ABSENT);
}

// A thousand fills of one key, all with tags of their own.
TEST_F(CacheEntryServiceTest, NoEntryCollectsTagsWithoutEnd) {
  Ok(*entries_, &Entries::TrackEntries, R"(entries { key: "k" tags: "old" })");
  std::string fills;
  for (int i = 0; i < 500; ++i) {
    absl::StrAppend(&fills, "entries { key: 'k' ");
    for (int tag = 0; tag < 64; ++tag) absl::StrAppend(&fills, "tags: 't", i, "-", tag, "' ");
    absl::StrAppend(&fills, "} ");
  }
  const auto answer = Ok(*entries_, &Entries::TrackEntries, fills);
  ASSERT_EQ(answer.results_size(), 500);
  EXPECT_EQ(answer.results(0).outcome(), v1::FILL_OUTCOME_REFUSED_MOVED);
  EXPECT_EQ(answer.results(64).outcome(), v1::FILL_OUTCOME_KEPT);
  EXPECT_EQ(answer.results(499).outcome(), v1::FILL_OUTCOME_REFUSED_MOVED);
  const auto entry = Lookup("k");
  EXPECT_EQ(entry.state(), v1::ENTRY_STATE_FRESH);
  EXPECT_EQ(entry.tags_size(), 4'096);
}

TEST_F(CacheEntryServiceTest, KnowsFreshStaleAndEvicted) {
  Ok(*entries_, &Entries::TrackEntries,
     R"(entries { key: "a" tags: "u:1" } entries { key: "b" tags: "u:2" })");
  Ok(*invalidations_, &Invalidations::Invalidate,
     R"(tags: "u:1" strategy: INVALIDATION_STRATEGY_LAZY)");
  Ok(*invalidations_, &Invalidations::Invalidate, R"(tags: "u:2")");
  EXPECT_EQ(Lookup("a").state(), v1::ENTRY_STATE_STALE);
  EXPECT_EQ(Lookup("b").state(), v1::ENTRY_STATE_ABSENT);
}

TEST_F(CacheEntryServiceTest, RefusesFillsThatCameTooLate) {
  const auto before = Lookup("k").position();
  Ok(*invalidations_, &Invalidations::Invalidate, R"(tags: "u")");
  const auto answer =
      Ok(*entries_, &Entries::TrackEntries,
         absl::StrCat("entries { key: 'k' tags: 'u:1' position {", before.ShortDebugString(),
                      "} } entries { key: 'l' position { epoch: 'another' } } entries { key: 'm' "
                      "tags: 'v' position {",
                      before.ShortDebugString(), "} }"));
  ASSERT_EQ(answer.results_size(), 3);
  EXPECT_EQ(answer.results(0).outcome(), v1::FILL_OUTCOME_REFUSED_MOVED);
  EXPECT_NE(answer.results(0).moved(), "");
  EXPECT_EQ(answer.results(1).outcome(), v1::FILL_OUTCOME_REFUSED_POSITION);
  EXPECT_EQ(answer.results(2).outcome(), v1::FILL_OUTCOME_KEPT);
  EXPECT_EQ(Lookup("k").state(), v1::ENTRY_STATE_ABSENT);
}

TEST_F(CacheEntryServiceTest, AnswersTheIdOfTheFillThatStands) {
  const auto before = Lookup("k").position();
  EXPECT_EQ(Lookup("k").fill_id(), "");
  const auto track = [&](const std::string& entry) {
    return Ok(*entries_, &Entries::TrackEntries, absl::StrCat("entries { key: 'k' ", entry, "}"))
        .results(0)
        .outcome();
  };
  EXPECT_EQ(track("tags: 'a' fill_id: 'first'"), v1::FILL_OUTCOME_KEPT);
  EXPECT_EQ(Lookup("k").fill_id(), "first");
  Ok(*invalidations_, &Invalidations::Invalidate, R"(tags: "b")");
  EXPECT_EQ(
      track(absl::StrCat("tags: 'b' fill_id: 'late' position {", before.ShortDebugString(), "}")),
      v1::FILL_OUTCOME_REFUSED_MOVED);
  EXPECT_EQ(Lookup("k").fill_id(), "first") << "a refused fill stands for nothing";
  EXPECT_EQ(Lookup("k").state(), v1::ENTRY_STATE_FRESH);
  EXPECT_EQ(track("tags: 'a' fill_id: 'second'"), v1::FILL_OUTCOME_KEPT);
  EXPECT_EQ(Lookup("k").fill_id(), "second");
  const auto validated =
      Ok(*entries_, &Entries::Validate,
         absl::StrCat("keys { key: 'k' fill_id: 'first' } keys { key: 'k' fill_id: 'second' } "
                      "position {",
                      Lookup("k").position().ShortDebugString(), "}"));
  EXPECT_EQ(validated.keys(0), v1::VALIDATION_STATE_MOVED);
  EXPECT_EQ(validated.keys(1), v1::VALIDATION_STATE_NOT_MOVED);
  EXPECT_EQ(track("tags: 'a'"), v1::FILL_OUTCOME_KEPT);
  EXPECT_EQ(Lookup("k").fill_id(), "") << "nobody knows which value the last fill was";
}

TEST_F(CacheEntryServiceTest, RefusesAFillFromKeysThatNobodyTracks) {
  const auto track = [&](const std::string& entry) {
    return Ok(*entries_, &Entries::TrackEntries,
              absl::StrCat("entries { key: 'page' only_tracked_keys: true ", entry, "}"))
        .results(0);
  };
  const auto refused = track("depends_on_keys: ['row', 'other'] depends_on_tags: 'no-entry'");
  EXPECT_EQ(refused.outcome(), v1::FILL_OUTCOME_REFUSED_MOVED);
  EXPECT_EQ(refused.moved(), "other");
  Ok(*entries_, &Entries::TrackEntries, R"(entries { key: "row" } entries { key: "other" })");
  EXPECT_EQ(track("depends_on_keys: ['row', 'other'] depends_on_tags: 'no-entry'").outcome(),
            v1::FILL_OUTCOME_KEPT);
  // A needed one that was untracked will do, also if it stands for a name.
  Ok(*entries_, &Entries::UntrackEntries, R"(keys: "row")");
  EXPECT_EQ(track("depends_on: 'row'").outcome(), v1::FILL_OUTCOME_KEPT);
  Ok(*invalidations_, &Invalidations::Invalidate, R"(keys: "row")");
  EXPECT_EQ(track("depends_on: 'row'").outcome(), v1::FILL_OUTCOME_REFUSED_MOVED);
}

TEST_F(CacheEntryServiceTest, ValidatesKeysAndTagsInTheOrderOfTheRequest) {
  Ok(*entries_, &Entries::TrackEntries, R"(entries { key: "known" tags: "u:1" })");
  const std::string before = Lookup("known").position().ShortDebugString();
  Ok(*invalidations_, &Invalidations::Invalidate, R"(tags: "v:1")");
  const auto answer =
      Ok(*entries_, &Entries::Validate,
         absl::StrCat("position {", before, R"(} keys { key: "known" } keys { key: "unknown" }
                                      keys { key: "x" tags: "v:1:2" } tags: ["v", "v:1", "u"])"));
  ASSERT_EQ(answer.keys_size(), 3);
  EXPECT_EQ(answer.keys(0), v1::VALIDATION_STATE_NOT_MOVED);
  EXPECT_EQ(answer.keys(1), v1::VALIDATION_STATE_MOVED) << "nothing is known of it";
  EXPECT_EQ(answer.keys(2), v1::VALIDATION_STATE_MOVED);
  ASSERT_EQ(answer.tags_size(), 3);
  EXPECT_EQ(answer.tags(0), v1::VALIDATION_STATE_NOT_MOVED) << "only one below it moved";
  EXPECT_EQ(answer.tags(1), v1::VALIDATION_STATE_MOVED);
  EXPECT_EQ(answer.tags(2), v1::VALIDATION_STATE_NOT_MOVED);
  EXPECT_EQ(answer.position().revision(), 1u);
}

}  // namespace
}  // namespace cache_invalidation
