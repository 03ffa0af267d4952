// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/cache_entry_conversion.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/conversion/testing/answer_context.h"
#include "tests/support/every_field.h"
#include "tests/support/text.h"

namespace cache_invalidation::rpc {
namespace {

using ::testing::ElementsAre;
using testing::FromText;
using ::testing::IsEmpty;
using testing::UnsetFields;

TEST(CacheEntryConversion, TakesEveryFieldOfTheRequests) {
  const auto track = FromText<v1::TrackEntriesRequest>(R"(
      namespace: "n" request_id: "i" entries {
        key: "k" tags: "t" depends_on: "a" depends_on_keys: "b" depends_on_tags: "c" ttl { seconds: 1 }
        position { epoch: "e" revision: 3 } only_tracked_keys: true fill_id: "f" })");
  EXPECT_THAT(UnsetFields(track), IsEmpty());
  const absl::StatusOr<engine::TrackEntries> command = ToTrackEntries(track);
  ASSERT_TRUE(command.ok()) << command.status();
  const engine::TrackedEntry& entry = command->entries.at(0);
  EXPECT_EQ(entry.key, "k");
  EXPECT_THAT(entry.tags, ElementsAre("t"));
  EXPECT_THAT(entry.depends_on.names, ElementsAre("a"));
  EXPECT_THAT(entry.depends_on.keys, ElementsAre("b"));
  EXPECT_THAT(entry.depends_on.tags, ElementsAre("c"));
  EXPECT_EQ(*entry.ttl, absl::Seconds(1));
  EXPECT_EQ(entry.position->epoch, "e");
  EXPECT_EQ(entry.position->revision, 3u);
  EXPECT_TRUE(entry.only_tracked_keys);
  EXPECT_EQ(entry.fill_id, "f");

  const auto untrack =
      FromText<v1::UntrackEntriesRequest>(R"(namespace: "n" keys: ["a", "b"] request_id: "i")");
  EXPECT_THAT(UnsetFields(untrack), IsEmpty());
  EXPECT_THAT(ToUntrackEntries(untrack)->keys, ElementsAre("a", "b"));

  const auto lookup = FromText<v1::LookupEntryRequest>(R"(namespace: "n" key: "k")");
  EXPECT_THAT(UnsetFields(lookup), IsEmpty());
  EXPECT_EQ(ToLookupEntry(lookup)->key, "k");

  const auto validate = FromText<v1::ValidateRequest>(R"(
      namespace: "n" position { epoch: "e" revision: 3 } keys { key: "k" tags: "t" fill_id: "f" }
      tags: "u")");
  EXPECT_THAT(UnsetFields(validate), IsEmpty());
  const absl::StatusOr<engine::Validate> query = ToValidate(validate);
  EXPECT_EQ(query->position.epoch, "e");
  EXPECT_EQ(query->position.revision, 3u);
  EXPECT_EQ(query->keys.at(0).key, "k");
  EXPECT_THAT(query->keys.at(0).tags, ElementsAre("t"));
  EXPECT_EQ(query->keys.at(0).fill_id, "f");
  EXPECT_THAT(query->tags, ElementsAre("u"));
}

TEST(CacheEntryConversion, BoundsTheNamesOfACall) {
  v1::TrackEntriesRequest request;
  for (int i = 0; i < 320; ++i) {
    v1::TrackedEntry& entry = *request.add_entries();
    entry.set_key(absl::StrCat("k", i));
    for (int name = 0; name < 50; ++name) {
      entry.add_tags(absl::StrCat("t", name));
      entry.add_depends_on_keys(absl::StrCat("d", name));
    }
  }
  EXPECT_TRUE(ToTrackEntries(request).ok());
  request.mutable_entries(7)->add_depends_on_tags("more");
  EXPECT_EQ(ToTrackEntries(request).status(),
            absl::InvalidArgumentError(
                "entries: they have 32001 tags and dependencies together; at most 32000"));
}

TEST(CacheEntryConversion, FillsEveryFieldOfTheAnswers) {
  v1::TrackEntriesResponse tracked;
  FromTrackEntries({.results = {{"k", engine::FillOutcome::kRefusedMoved, "t"}},
                    .revision = 1,
                    .dropped = 0,
                    .warnings = {"warning"}},
                   kContext, &tracked);
  EXPECT_THAT(UnsetFields(tracked), IsEmpty());
  v1::UntrackEntriesResponse untracked;
  FromUntrackEntries({1}, kContext, &untracked);
  EXPECT_THAT(UnsetFields(untracked), IsEmpty());
  v1::LookupEntryResponse looked_up;
  FromLookupEntry({engine::EntryState::kStale, 1, {"t"}, 2, absl::Seconds(1), "f"}, kContext,
                  &looked_up);
  EXPECT_THAT(UnsetFields(looked_up), IsEmpty());
  v1::ValidateResponse validated;
  FromValidate({{true, false}, {false}, 1}, kContext, &validated);
  EXPECT_THAT(UnsetFields(validated), IsEmpty());
  EXPECT_THAT(validated.keys(),
              ElementsAre(v1::VALIDATION_STATE_MOVED, v1::VALIDATION_STATE_NOT_MOVED));
}

}  // namespace
}  // namespace cache_invalidation::rpc
