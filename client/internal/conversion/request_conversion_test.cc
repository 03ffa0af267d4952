// SPDX-License-Identifier: Apache-2.0

// Parameters that are set completely give requests that are set completely: a field that is added
// to the contract and forgotten here fails.

#include <algorithm>
#include <string>
#include <vector>

#include "client/internal/conversion/conversion.h"
#include "client/internal/conversion/testing/filled_message.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

// What the connection fills for all requests alike.
bool IsCommon(const std::string& field) { return field == "namespace" || field == "request_id"; }

template <typename Request, typename Params>
std::vector<std::string> Forgotten(const Params& params) {
  Request request;
  ToProto(params, &request);
  std::vector<std::string> unset = UnsetFields(request);
  unset.erase(std::remove_if(unset.begin(), unset.end(), IsCommon), unset.end());
  return unset;
}

using Fields = std::vector<std::string>;

DataRelationship AnyRelationship() {
  return {.name = "n",
          .source_type = "s",
          .target_types = {"t"},
          .cardinality = Cardinality::kManyToMany,
          .cascade_depth = 2,
          .target_tag_template = "t:{resource_id}",
          .description = "d",
          .accepted_warnings = {"whole_type"}};
}

InvalidationRule AnyRule() {
  return {.name = "n",
          .trigger_tags = {"a"},
          .invalidate_tags = {"b"},
          .pattern = "p",
          .strategy = InvalidationStrategy::kLazy,
          .priority = 7,
          .relationships = {AnyRelationship()},
          .condition = "c",
          .enabled = true,
          .description = "d",
          .accepted_warnings = {"whole_type"}};
}

WriteEvent AnyWrite() {
  return {.resource_type = "t",
          .resource_id = "i",
          .operation = "update",
          .context = {{"a", 1}},
          .tags = {"x"}};
}

const WaitForSubscribers kWait{.timeout = absl::Seconds(1)};
const DependencyNames kNames{.names = {"n"}, .keys = {"k"}, .tags = {"t"}};
const Position kPosition{.epoch = "e", .revision = 1};

TEST(RequestConversionTest, Rules) {
  EXPECT_EQ(Forgotten<v1::RegisterRuleRequest>(RegisterInvalidationRuleParams{AnyRule()}),
            Fields());
  EXPECT_EQ(Forgotten<v1::GetRuleRequest>(GetInvalidationRuleParams{"n"}), Fields());
  EXPECT_EQ(Forgotten<v1::ListRulesRequest>(
                ListInvalidationRulesParams{.page_size = 1, .page_token = "t"}),
            Fields());
  EXPECT_EQ(Forgotten<v1::DeleteRuleRequest>(DeleteInvalidationRuleParams{"n"}), Fields());
}

// Absent would mean the default, which is enabled.
TEST(RequestConversionTest, ARuleThatIsNotEnabledSaysSo) {
  v1::Rule rule;
  ToProto(InvalidationRule{.enabled = false}, &rule);
  EXPECT_TRUE(rule.has_enabled());
  EXPECT_FALSE(rule.enabled());
}

TEST(RequestConversionTest, Relationships) {
  EXPECT_EQ(
      Forgotten<v1::RegisterRelationshipRequest>(RegisterDataRelationshipParams{AnyRelationship()}),
      Fields());
  EXPECT_EQ(Forgotten<v1::GetRelationshipRequest>(GetDataRelationshipParams{"n"}), Fields());
  EXPECT_EQ(Forgotten<v1::ListRelationshipsRequest>(
                ListDataRelationshipsParams{.source_type = "s", .page_size = 1, .page_token = "t"}),
            Fields());
  EXPECT_EQ(Forgotten<v1::DeleteRelationshipRequest>(DeleteDataRelationshipParams{"n"}), Fields());
}

TEST(RequestConversionTest, Declarations) {
  EXPECT_EQ(Forgotten<v1::ApplyDeclarationsRequest>(ApplyDeclarationsParams{
                .declarations = {.rules = {AnyRule()}, .relationships = {AnyRelationship()}},
                .validate_only = true,
                .prune = true}),
            Fields());
}

TEST(RequestConversionTest, Dependencies) {
  EXPECT_EQ(Forgotten<v1::AddCacheDependencyRequest>(AddCacheDependencyParams{
                .key = "k", .depends_on = kNames, .ttl = absl::Seconds(1), .position = kPosition}),
            Fields());
  EXPECT_EQ(Forgotten<v1::RemoveCacheDependencyRequest>(
                RemoveCacheDependencyParams{.key = "k", .depends_on = kNames}),
            Fields());
  EXPECT_EQ(Forgotten<v1::ListCacheDependenciesRequest>(
                ListCacheDependenciesParams{.name = "n", .page_size = 1, .page_token = "t"}),
            Fields());
}

TEST(RequestConversionTest, Writes) {
  EXPECT_EQ(Forgotten<v1::InvalidateByWriteRequest>(
                InvalidateByWriteParams{.write = AnyWrite(), .wait = kWait}),
            Fields());
  EXPECT_EQ(Forgotten<v1::InvalidateByWritesRequest>(
                InvalidateByWritesParams{.writes = {AnyWrite()}, .wait = kWait}),
            Fields());
  EXPECT_EQ(Forgotten<v1::ExplainWriteRequest>(
                ExplainWriteParams{.write = AnyWrite(), .key = "k", .key_tags = {"t"}}),
            Fields());
}

TEST(RequestConversionTest, Invalidations) {
  EXPECT_EQ(Forgotten<v1::InvalidateRequest>(InvalidateParams{
                .tags = {"t"}, .keys = {"k"}, .pattern = "p", .everything = true, .wait = kWait}),
            Fields());
  EXPECT_EQ(Forgotten<v1::InvalidateWithDependenciesRequest>(
                InvalidateWithDependenciesParams{.key = "k", .wait = kWait}),
            Fields());
  EXPECT_EQ(Forgotten<v1::ScheduleBatchInvalidationRequest>(
                ScheduleBatchInvalidationParams{.tags = {"t"}, .keys = {"k"}}),
            Fields());
  EXPECT_EQ(Forgotten<v1::FlushPendingInvalidationsRequest>(
                FlushPendingInvalidationsParams{.wait = kWait}),
            Fields());
  EXPECT_EQ(Forgotten<v1::SetBatchDelayRequest>(SetBatchDelayParams{.delay = absl::Seconds(1)}),
            Fields());
}

TEST(RequestConversionTest, Entries) {
  const TrackedEntry entry{.key = "k",
                           .tags = {"t"},
                           .depends_on = kNames,
                           .ttl = absl::Seconds(1),
                           .position = kPosition,
                           .only_tracked_keys = true,
                           .fill_id = "f"};
  EXPECT_EQ(Forgotten<v1::TrackEntriesRequest>(TrackEntriesParams{.entries = {entry}}), Fields());
  EXPECT_EQ(Forgotten<v1::UntrackEntriesRequest>(UntrackEntriesParams{.keys = {"k"}}), Fields());
  EXPECT_EQ(Forgotten<v1::LookupEntryRequest>(LookupEntryParams{.key = "k"}), Fields());
  EXPECT_EQ(Forgotten<v1::ValidateRequest>(
                ValidateParams{.position = kPosition, .keys = {{"k", {"t"}, "f"}}, .tags = {"t"}}),
            Fields());
}

TEST(RequestConversionTest, Namespaces) {
  EXPECT_EQ(
      Forgotten<v1::ListNamespacesRequest>(ListNamespacesParams{.page_size = 1, .page_token = "t"}),
      Fields());
  EXPECT_EQ(
      Forgotten<v1::DeleteNamespaceRequest>(DeleteNamespaceParams{.name = "n", .wait = kWait}),
      Fields());
}

TEST(RequestConversionTest, StatisticsAndSubscriptions) {
  EXPECT_EQ(Forgotten<v1::GetInvalidationStatsRequest>(GetInvalidationStatsParams{}), Fields());
  EXPECT_EQ(Forgotten<v1::ListSubscribersRequest>(
                ListSubscribersParams{.page_size = 1, .page_token = "t"}),
            Fields());
  // The core fills the rest from stream to stream.
  EXPECT_EQ(Forgotten<v1::Subscription>(
                SubscriptionOptions{.name = "n", .tags = {"t"}, .key_prefixes = {"p"}}),
            (Fields{"instance", "start_after"}));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
