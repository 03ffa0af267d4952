// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/cache_entry_conversion.h"

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

TEST(DependencyConversion, TakesEveryFieldOfTheRequests) {
  const auto add = FromText<v1::AddCacheDependencyRequest>(R"(
      namespace: "n" key: "k" depends_on: "a" depends_on_keys: "b" depends_on_tags: "c" ttl { seconds: 1 nanos: 2 }
      position { epoch: "e" revision: 3 } request_id: "i")");
  EXPECT_THAT(UnsetFields(add), IsEmpty());
  const absl::StatusOr<engine::AddCacheDependency> command = ToAddCacheDependency(add);
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->key, "k");
  EXPECT_THAT(command->depends_on.names, ElementsAre("a"));
  EXPECT_THAT(command->depends_on.keys, ElementsAre("b"));
  EXPECT_THAT(command->depends_on.tags, ElementsAre("c"));
  EXPECT_EQ(*command->ttl, absl::Seconds(1) + absl::Nanoseconds(2));
  EXPECT_EQ(command->position->epoch, "e");
  EXPECT_EQ(command->position->revision, 3u);

  const auto remove = FromText<v1::RemoveCacheDependencyRequest>(R"(
      namespace: "n" key: "k" depends_on: "a" depends_on_keys: "b" depends_on_tags: "c" request_id: "i")");
  EXPECT_THAT(UnsetFields(remove), IsEmpty());
  const absl::StatusOr<engine::RemoveCacheDependency> removal = ToRemoveCacheDependency(remove);
  EXPECT_EQ(removal->key, "k");
  EXPECT_THAT(removal->depends_on.names, ElementsAre("a"));
  EXPECT_THAT(removal->depends_on.keys, ElementsAre("b"));
  EXPECT_THAT(removal->depends_on.tags, ElementsAre("c"));
}

TEST(DependencyConversion, LeavesOutWhatTheRequestLeavesOut) {
  const auto command =
      ToAddCacheDependency(FromText<v1::AddCacheDependencyRequest>(R"(key: "k" depends_on: "a")"));
  EXPECT_FALSE(command->ttl.has_value());
  EXPECT_FALSE(command->position.has_value());
}

TEST(DependencyConversion, ContinuesAListBehindWhatWasLookedAtLast) {
  google::protobuf::Arena arena;
  auto request = FromText<v1::ListCacheDependenciesRequest>(
      R"(namespace: "n" name: "x" direction: DEPENDENCY_DIRECTION_DEPENDENTS page_size: 5)");
  engine::ListCacheDependenciesResult result;
  result.edges.push_back({.key = "k",
                          .depends_on_kind = engine::NameKind::kTag,
                          .depends_on = "t",
                          .declared = true,
                          .owned = true,
                          .expires = absl::FromUnixSeconds(1)});
  result.more = true;
  result.last_key = "l";
  result.last_kind = engine::NameKind::kTag;
  result.last_name = "u";
  v1::ListCacheDependenciesResponse response;
  ASSERT_TRUE(FromListCacheDependencies(request, result, kContext, &response).ok());
  EXPECT_THAT(UnsetFields(response), IsEmpty());
  EXPECT_EQ(response.dependencies(0).depends_on_tag(), "t");

  request.set_page_token(response.next_page_token());
  EXPECT_THAT(UnsetFields(request), IsEmpty());
  const absl::StatusOr<engine::ListCacheDependencies> query =
      ToListCacheDependencies(request, arena);
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->name, "x");
  EXPECT_TRUE(query->dependents);
  EXPECT_EQ(query->limit, 5u);
  EXPECT_EQ(query->after_key, "l");
  EXPECT_EQ(query->after_kind, engine::NameKind::kTag);
  EXPECT_EQ(query->after_name, "u");
}

TEST(DependencyConversion, FillsEveryFieldOfTheAnswers) {
  v1::AddCacheDependencyResponse added;
  FromAddCacheDependency({1, true, 2, {"warning"}}, kContext, &added);
  EXPECT_THAT(UnsetFields(added), IsEmpty());
  v1::RemoveCacheDependencyResponse removed;
  FromRemoveCacheDependency({1}, kContext, &removed);
  EXPECT_THAT(UnsetFields(removed), IsEmpty());
}

}  // namespace
}  // namespace cache_invalidation::rpc
