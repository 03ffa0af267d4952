// SPDX-License-Identifier: Apache-2.0

// "Basic Invalidation on Database Write", "Repository Pattern Integration", "Tag Consistently".

#include "tests/guide/guide_test.h"

namespace cache_invalidation {
namespace {

using client::EntryState;
using client::WriteResult;

TEST_F(GuideTest, AfterUpdatingAUser) {
  const absl::StatusOr<WriteResult> result = client_.InvalidateByWrite("user", "user123", "update");
  EXPECT_EQ(EventOf(result),
            Strings({"evict tag user:#all", "evict tag user:user123", "evict tag user_forms",
                     "evict tag user_preferences", "evict tag user_session"}));
  EXPECT_EQ(result->rules_fired, Strings({"user_data_invalidation"}));
}

TEST_F(GuideTest, AfterDeletingAProduct) {
  EXPECT_EQ(EventOf(client_.InvalidateByWrite("product", "prod456", "delete")),
            Strings({"evict tag product:#all", "evict tag product:prod456", "evict tag computed",
                     "evict tag query"}));
}

// What the guide's repository does after each statement, with the names of the changed fields.
TEST_F(GuideTest, ARepositoryInvalidatesAfterItsStatements) {
  EXPECT_EQ(
      EventOf(client_.InvalidateByWrite("user", "user123", "update",
                                        {{"fields_changed", JsonValue::List{"email", "name"}}})),
      EventOf(client_.InvalidateByWrite("user", "user123", "delete")));
}

TEST_F(GuideTest, EntriesAreFoundByConsistentTags) {
  ASSERT_TRUE(client_
                  .TrackEntries({{.key = "user:123:profile", .tags = {"user:123", "profile"}},
                                 {.key = "user:124:profile", .tags = {"user:124", "profile"}},
                                 {.key = "user_123_profile", .tags = {"usr", "u123"}}})
                  .ok());
  const auto state = [this](const char* key) { return client_.LookupEntry(key)->state; };
  EXPECT_EQ(state("user:123:profile"), EntryState::kFresh);
  ASSERT_TRUE(client_.InvalidateByWrite("usr", "123", "update").ok());  // does not match
  EXPECT_EQ(state("user:123:profile"), EntryState::kFresh);
  ASSERT_TRUE(client_.InvalidateByWrite("user", "123", "update").ok());
  EXPECT_EQ(state("user:123:profile"), EntryState::kAbsent);
  EXPECT_EQ(state("user:124:profile"), EntryState::kFresh) << "another user";
  EXPECT_EQ(state("user_123_profile"), EntryState::kFresh) << "tagged inconsistently";
}

}  // namespace
}  // namespace cache_invalidation
