// SPDX-License-Identifier: Apache-2.0

// "Data Relationships", "Define Data Relationships", "Multi-Level Relationships", "Define Clear
// Relationships".

#include "tests/guide/guide_test.h"

namespace cache_invalidation {
namespace {

using client::Cardinality;
using client::DataRelationship;
using client::RelationshipRegistration;

TEST_F(GuideTest, ARelationship) {
  const absl::StatusOr<RelationshipRegistration> registered =
      client_.RegisterDataRelationship({.source_type = "order",
                                        .target_types = {"order_items", "inventory", "pricing"},
                                        .cardinality = Cardinality::kOneToMany,
                                        .cascade_depth = 2});
  ASSERT_TRUE(registered.ok()) << registered.status();
  EXPECT_FALSE(registered->relationship.name.empty()) << "the service makes a name";
  const auto written = client_.InvalidateByWrite("order", "7", "update");
  EXPECT_EQ(EventOf(written),
            Strings({"evict tag order:#all", "evict tag order:7", "evict tag inventory",
                     "evict tag order_items", "evict tag pricing"}));
  EXPECT_EQ(CausesAt(written->position.revision)[2],
            "evict tag inventory: relationship " + registered->relationship.name);
}

TEST_F(GuideTest, RelationshipsCascadeOverLevels) {
  const DataRelationship user{.source_type = "user",
                              .target_types = {"session", "preferences"},
                              .cardinality = Cardinality::kOneToMany,
                              .cascade_depth = 2};
  const DataRelationship session{.source_type = "session",
                                 .target_types = {"navigation", "form_state"},
                                 .cardinality = Cardinality::kOneToMany,
                                 .cascade_depth = 1};
  ASSERT_TRUE(client_.RegisterDataRelationship(user).ok());
  ASSERT_TRUE(client_.RegisterDataRelationship(session).ok());
  // The user's default rule adds its targets after the relationships.
  EXPECT_EQ(
      EventOf(client_.InvalidateByWrite("user", "1", "update")),
      Strings({"evict tag user:#all", "evict tag user:1", "evict tag form_state",
               "evict tag navigation", "evict tag preferences", "evict tag session",
               "evict tag user_forms", "evict tag user_preferences", "evict tag user_session"}));
}

TEST_F(GuideTest, ADepthOfOneStopsAfterOneLevel) {
  ASSERT_TRUE(
      client_
          .RegisterDataRelationship({.source_type = "a", .target_types = {"b"}, .cascade_depth = 1})
          .ok());
  ASSERT_TRUE(
      client_
          .RegisterDataRelationship({.source_type = "b", .target_types = {"c"}, .cascade_depth = 1})
          .ok());
  EXPECT_EQ(EventOf(client_.InvalidateByWrite("a", "1", "update")),
            Strings({"evict tag a:#all", "evict tag a:1", "evict tag b"}));
}

TEST_F(GuideTest, WhatIsTooBroadIsRefused) {
  DataRelationship broad{.source_type = "order", .target_types = {"*"}, .cascade_depth = 1};
  EXPECT_EQ(client_.RegisterDataRelationship(broad).status().code(),
            absl::StatusCode::kInvalidArgument);
  broad.target_types = {"order_items"};
  broad.cascade_depth = 10;
  EXPECT_EQ(client_.RegisterDataRelationship(broad).status().code(),
            absl::StatusCode::kInvalidArgument);
  broad.cascade_depth = 3;
  const absl::StatusOr<RelationshipRegistration> deep = client_.RegisterDataRelationship(broad);
  ASSERT_TRUE(deep.ok()) << deep.status();
  EXPECT_FALSE(deep->warnings.empty());
}

// What the guide could not say: one order's items instead of all.
TEST_F(GuideTest, ATemplateScopesARelationship) {
  ASSERT_TRUE(client_
                  .RegisterDataRelationship({.source_type = "order",
                                             .target_types = {"order_items"},
                                             .target_tag_template = "order_items:{resource_id}"})
                  .ok());
  EXPECT_EQ(EventOf(client_.InvalidateByWrite("order", "7", "update")).back(),
            "evict tag order_items:7");
}

}  // namespace
}  // namespace cache_invalidation
