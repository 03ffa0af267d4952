// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/applied_history.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

constexpr uint64_t kNever = RecentInvalidations::kNever;

Change Tags(const std::vector<std::string>& tags) { return ChangeOf(tags, {}); }

Change OfPattern(const std::string& expression) {
  Change change;
  change.patterns.push_back({*Pattern::Compile(expression), true});
  return change;
}

TEST(RecentInvalidationsTest, AnswersTheFirstStepThatTouched) {
  const std::vector<std::string> user = {"user:1"};
  const std::vector<std::string> other = {"user:2"};
  RecentInvalidations recent(100);
  recent.Record(1, Tags(user));
  recent.Record(2, Tags(other));
  recent.Record(3, Tags(user));
  recent.Record(4, Tags(user));
  const EntryNames names{.tags = {"user:1"}};
  EXPECT_EQ(recent.FirstTouch(0, "k", names), 1u);
  EXPECT_EQ(recent.FirstTouch(1, "k", names), 3u);
  EXPECT_EQ(recent.FirstTouch(3, "k", names), 4u);
  EXPECT_EQ(recent.FirstTouch(4, "k", names), kNever);
  EXPECT_EQ(recent.FirstTouch(0, "k", {.tags = {"user:3"}}), kNever);
}

TEST(RecentInvalidationsTest, ATagTouchesWhatStandsBelowIt) {
  const std::vector<std::string> tags = {"a:b"};
  RecentInvalidations recent(100);
  recent.Record(1, Tags(tags));
  EXPECT_EQ(recent.FirstTouch(0, "k", {.tags = {"a:b:c"}}), 1u);
  EXPECT_EQ(recent.FirstTouch(0, "k", {.tags = {"a:b"}}), 1u);
  EXPECT_EQ(recent.FirstTouch(0, "k", {.tags = {"a", "a:bc", "a:c"}}), kNever);
  EXPECT_EQ(recent.FirstTouch(0, "a:b", {.keys = {"a:b"}}), kNever) << "a tag is no key";
}

TEST(RecentInvalidationsTest, KeysPatternsAndEverythingTouch) {
  const std::vector<std::string> keys = {"k"};
  RecentInvalidations recent(100);
  recent.Record(1, ChangeOf({}, keys));
  EXPECT_EQ(recent.FirstTouch(0, "k", {}), 1u);
  EXPECT_EQ(recent.FirstTouch(0, "j", {.keys = {"i", "k"}}), 1u);
  EXPECT_EQ(recent.FirstTouch(0, "j", {.tags = {"k"}}), kNever);
  recent.Record(2, OfPattern("page:.*"));
  EXPECT_EQ(recent.FirstTouch(1, "page:1", {}), 2u);
  EXPECT_EQ(recent.FirstTouch(1, "j", {.keys = {"page:2"}}), 2u);
  EXPECT_EQ(recent.FirstTouch(1, "j", {}), kNever);
  EXPECT_EQ(recent.FirstTouch(2, "page:1", {}), kNever);
  recent.Record(3, {.marks_everything = true});
  EXPECT_EQ(recent.FirstTouch(2, "j", {}), 3u);
  EXPECT_EQ(recent.FirstTouch(1, "page:1", {}), 2u) << "the first one";
}

TEST(RecentInvalidationsTest, WhatIsForgottenTouchesEverything) {
  RecentInvalidations recent(2);
  for (uint64_t step = 1; step <= 4; ++step) {
    const std::vector<std::string> tags = {absl::StrCat("tag", step)};
    recent.Record(step, Tags(tags));
  }
  EXPECT_EQ(recent.FirstTouch(1, "k", {}), 2u);
  EXPECT_EQ(recent.FirstTouch(2, "k", {}), kNever);
  EXPECT_EQ(recent.FirstTouch(2, "k", {.tags = {"tag3"}}), 3u);
}

TEST(RecentInvalidationsTest, AStepThatIsForgottenInPartIsForgotten) {
  const std::vector<std::string> tags = {"a", "b", "c"};
  RecentInvalidations recent(2);
  recent.Record(1, Tags(tags));
  EXPECT_EQ(recent.FirstTouch(0, "k", {}), 1u);
  EXPECT_EQ(recent.FirstTouch(1, "k", {.tags = {"c"}}), kNever);
}

TEST(RecentInvalidationsTest, PatternsAreForgottenToo) {
  RecentInvalidations recent(1'000);
  for (uint64_t step = 1; step <= 300; ++step) recent.Record(step, OfPattern("none"));
  EXPECT_EQ(recent.FirstTouch(1, "k", {}), 2u);
  EXPECT_EQ(recent.FirstTouch(100, "k", {}), kNever);
}

}  // namespace
}  // namespace cache_invalidation::client::internal
