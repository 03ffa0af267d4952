// SPDX-License-Identifier: Apache-2.0

// "Register Custom Rules", "Pattern-Based Invalidation", "Conditional Invalidation", "Set Proper
// Priorities", "Invalidation Rules".

#include "tests/guide/guide_test.h"

namespace cache_invalidation {
namespace {

using client::InvalidationRule;
using client::InvalidationStrategy;
using client::RuleRegistration;

TEST_F(GuideTest, ACustomRule) {
  const InvalidationRule rule{.name = "custom_invalidation",
                              .trigger_tags = {"custom_resource"},
                              .invalidate_tags = {"related_cache"},
                              .strategy = InvalidationStrategy::kBatched,
                              .priority = 50};
  const absl::StatusOr<RuleRegistration> registered = client_.RegisterInvalidationRule(rule);
  ASSERT_TRUE(registered.ok()) << registered.status();
  EXPECT_EQ(registered->rule, rule);
  EXPECT_FALSE(registered->replaced);

  const auto written = client_.InvalidateByWrite("custom_resource", "1", "update");
  EXPECT_EQ(EventOf(written),
            Strings({"evict tag custom_resource:#all", "evict tag custom_resource:1"}));
  EXPECT_EQ(written->pending_targets, 1u);
  EXPECT_EQ(EventOf(client_.FlushPendingInvalidations()), Strings({"evict tag related_cache"}));
}

TEST_F(GuideTest, ARuleWithARelationship) {
  ASSERT_TRUE(client_
                  .RegisterInvalidationRule(
                      {.name = "user_data_invalidation",
                       .trigger_tags = {"user", "user_profile"},
                       .invalidate_tags = {"session", "preferences"},
                       .strategy = InvalidationStrategy::kImmediate,
                       .priority = 100,
                       .relationships = {{.source_type = "user",
                                          .target_types = {"session", "preferences", "navigation"},
                                          .cascade_depth = 2}},
                       .description = "Invalidate user caches when user data changes"})
                  ->replaced)
      << "it replaces the default rule of that name";
  EXPECT_EQ(EventOf(client_.InvalidateByWrite("user", "1", "update")),
            Strings({"evict tag user:#all", "evict tag user:1", "evict tag navigation",
                     "evict tag preferences", "evict tag session"}));
}

TEST_F(GuideTest, APatternRule) {
  ASSERT_TRUE(client_
                  .RegisterInvalidationRule({.name = "session_pattern",
                                             .trigger_tags = {"user"},
                                             .pattern = R"(user:\d+:session:.*)",
                                             .strategy = InvalidationStrategy::kImmediate})
                  .ok());
  ASSERT_TRUE(client_
                  .TrackEntries({{.key = "user:42:session:a"},
                                 {.key = "user:ann:session:a"},
                                 {.key = "old:user:42:session:a"}})
                  .ok());
  const Strings event = EventOf(client_.InvalidateByWrite("user", "42", "update"));
  EXPECT_EQ(event.back(), R"(evict pattern user:\d+:session:.*)");
  EXPECT_EQ(client_.LookupEntry("user:42:session:a")->state, client::EntryState::kAbsent);
  EXPECT_EQ(client_.LookupEntry("user:ann:session:a")->state, client::EntryState::kFresh);
  EXPECT_EQ(client_.LookupEntry("old:user:42:session:a")->state, client::EntryState::kFresh)
      << "a pattern must match the whole key";
}

TEST_F(GuideTest, AConditionalRule) {
  ASSERT_TRUE(client_
                  .RegisterInvalidationRule({.name = "delete_only",
                                             .trigger_tags = {"resource"},
                                             .invalidate_tags = {"cache"},
                                             .condition = R"(operation == "delete")"})
                  .ok());
  EXPECT_EQ(EventOf(client_.InvalidateByWrite("resource", "1", "update")),
            Strings({"evict tag resource:#all", "evict tag resource:1"}));
  EXPECT_EQ(EventOf(client_.InvalidateByWrite("resource", "1", "delete")),
            Strings({"evict tag resource:#all", "evict tag resource:1", "evict tag cache"}));
  EXPECT_EQ(client_.GetInvalidationRule("delete_only")->statistics.execution_count, 1u);
}

// "Use Conditional Rules Wisely": where the sample takes an absent list for an empty one, ours
// fires.
TEST_F(GuideTest, AConditionOverTheChangedFields) {
  ASSERT_TRUE(client_
                  .RegisterInvalidationRule({.name = "price_lists",
                                             .trigger_tags = {"item"},
                                             .invalidate_tags = {"price_list"},
                                             .condition = R"("price" in context.fields_changed)"})
                  .ok());
  const auto changed = [this](std::vector<JsonValue> fields) {
    return CausesAt(
        client_.InvalidateByWrite("item", "1", "update", {{"fields_changed", std::move(fields)}})
            ->position.revision);
  };
  const Strings direct = {"evict tag item:#all: direct", "evict tag item:1: direct"};
  Strings fired = direct;
  fired.push_back("evict tag price_list: rule price_lists");
  EXPECT_EQ(changed({"name", "price"}), fired);
  EXPECT_EQ(changed({"name"}), direct);
  EXPECT_EQ(changed({}), direct);

  Strings in_doubt = direct;
  in_doubt.push_back("evict tag price_list: rule price_lists (condition failed)");
  const auto untold = client_.InvalidateByWrite("item", "1", "update");
  EXPECT_EQ(CausesAt(untold->position.revision), in_doubt);
  const auto statistics = client_.GetInvalidationRule("price_lists")->statistics;
  EXPECT_EQ(statistics.execution_count, 2u);
  EXPECT_EQ(statistics.condition_errors, 1u);
}

// The same through the rule's triggers: the writer says with a tag what was done.
TEST_F(GuideTest, ATagOfTheWriterCanTrigger) {
  ASSERT_TRUE(client_
                  .RegisterInvalidationRule({.name = "delete_only",
                                             .trigger_tags = {"resource_deleted"},
                                             .invalidate_tags = {"cache"}})
                  .ok());
  EXPECT_TRUE(client_.InvalidateByWrite("resource", "1", "update")->rules_fired.empty());
  EXPECT_EQ(client_
                .InvalidateByWrite({.write = {.resource_type = "resource",
                                              .resource_id = "1",
                                              .operation = "delete",
                                              .tags = {"resource_deleted"}}})
                ->rules_fired,
            Strings({"delete_only"}));
}

TEST_F(GuideTest, RulesRunByPriority) {
  for (const auto& [name, priority] : std::vector<std::pair<std::string, int32_t>>{
           {"low", 10}, {"high", 100}, {"medium", 50}, {"also_medium", 50}}) {
    ASSERT_TRUE(client_
                    .RegisterInvalidationRule({.name = name,
                                               .trigger_tags = {"thing"},
                                               .invalidate_tags = {"by_" + name},
                                               .priority = priority})
                    .ok());
  }
  const auto written = client_.InvalidateByWrite("thing", "1", "update");
  EXPECT_EQ(EventOf(written),
            Strings({"evict tag thing:#all", "evict tag thing:1", "evict tag by_high",
                     "evict tag by_also_medium", "evict tag by_medium", "evict tag by_low"}));
  EXPECT_EQ(written->rules_fired, Strings({"high", "also_medium", "medium", "low"}));
}

TEST_F(GuideTest, ALazyRuleMarksStale) {
  ASSERT_TRUE(client_
                  .RegisterInvalidationRule({.name = "rarely",
                                             .trigger_tags = {"archive"},
                                             .invalidate_tags = {"archive_page"},
                                             .strategy = InvalidationStrategy::kLazy})
                  .ok());
  ASSERT_TRUE(client_.TrackEntries({{.key = "page", .tags = {"archive_page"}}}).ok());
  const Strings event = EventOf(client_.InvalidateByWrite("archive", "1", "update"));
  EXPECT_EQ(event.back(), "mark stale tag archive_page");
  EXPECT_EQ(client_.LookupEntry("page")->state, client::EntryState::kStale);
}

}  // namespace
}  // namespace cache_invalidation
