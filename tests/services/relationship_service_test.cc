// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Relationships = v1::RelationshipService::Stub;

class RelationshipServiceTest : public ServiceTest {
 protected:
  std::unique_ptr<Relationships> relationships_ = NewStub<v1::RelationshipService>();
};

TEST_F(RelationshipServiceTest, HasADepthOfOneUnlessItSaysMore) {
  for (const char* depth : {"", "cascade_depth: 0", "cascade_depth: 1"}) {
    const auto answer = Ok(*relationships_, &Relationships::RegisterRelationship,
                           absl::StrCat("relationship { name: 'r' source_type: 'a' ",
                                        "target_types: 'b' ", depth, " }"));
    EXPECT_EQ(answer.relationship().cascade_depth(), 1u) << depth;
  }
}

TEST_F(RelationshipServiceTest, AnswersTheStoredRelationshipWithItsDefaults) {
  const auto answer =
      Ok(*relationships_, &Relationships::RegisterRelationship,
         R"(relationship { source_type: "user" target_types: ["session", "navigation", "session"]
                                           cascade_depth: 1 })");
  const auto expected = FromText<v1::Relationship>(
      R"(name: "user:one_to_many:navigation:session" source_type: "user" target_types: ["navigation", "session"]
         cardinality: CARDINALITY_ONE_TO_MANY cascade_depth: 1)");
  EXPECT_EQ(answer.relationship().DebugString(), expected.DebugString());
  const auto got = Ok(*relationships_, &Relationships::GetRelationship,
                      R"(name: "user:one_to_many:navigation:session")");
  EXPECT_EQ(got.relationship().DebugString(), expected.DebugString());
}

TEST_F(RelationshipServiceTest, KeepsEveryField) {
  const std::string relationship = R"(
      name: "mine" source_type: "order" target_types: "item" cardinality: CARDINALITY_MANY_TO_MANY cascade_depth: 8
      target_tag_template: "item:{context.item_id}" description: "d")";
  const auto answer = Ok(*relationships_, &Relationships::RegisterRelationship,
                         "relationship {" + relationship + "}");
  EXPECT_EQ(answer.relationship().DebugString(),
            FromText<v1::Relationship>(relationship).DebugString());
  ASSERT_EQ(answer.warnings_size(), 1) << "a depth of 8";
}

TEST_F(RelationshipServiceTest, AddsUpForOneSourceAndReplacesARepeat) {
  const std::string to_a =
      R"(relationship { source_type: "s" target_types: "a" cascade_depth: 1 })";
  const std::string to_b =
      R"(relationship { source_type: "s" target_types: "b" cascade_depth: 1 })";
  EXPECT_FALSE(Ok(*relationships_, &Relationships::RegisterRelationship, to_a).replaced());
  EXPECT_FALSE(Ok(*relationships_, &Relationships::RegisterRelationship, to_b).replaced());
  EXPECT_TRUE(Ok(*relationships_, &Relationships::RegisterRelationship, to_a).replaced());
  EXPECT_EQ(Ok(*relationships_, &Relationships::ListRelationships, "").relationships_size(), 2);
}

TEST_F(RelationshipServiceTest, AcceptsItsOwnAnswersAgainHoweverLongTheDefaultName) {
  std::string targets;
  for (int i = 0; i < 64; ++i) {
    absl::StrAppend(&targets, "target_types: '", i, std::string(100, 'x'), "' ");
  }
  const auto first = Ok(*relationships_, &Relationships::RegisterRelationship,
                        "relationship { source_type: 's' cascade_depth: 1 " + targets + "}");
  EXPECT_GT(first.relationship().name().size(), 256u);
  const auto again = Ok(*relationships_, &Relationships::RegisterRelationship,
                        "relationship {" + first.relationship().ShortDebugString() + "}");
  EXPECT_TRUE(again.replaced());
  const auto page = Ok(*relationships_, &Relationships::ListRelationships, "");
  EXPECT_EQ(page.relationships_size(), 1);
  EXPECT_TRUE(Ok(*relationships_, &Relationships::DeleteRelationship,
                 absl::StrCat("name: '", first.relationship().name(), "'"))
                  .found());
}

TEST_F(RelationshipServiceTest, ListsByNamePageByPageAndBySource) {
  for (const char* source : {"b", "a", "c"}) {
    for (const char* target : {"x", "y"}) {
      Ok(*relationships_, &Relationships::RegisterRelationship,
         absl::StrCat("relationship { source_type: '", source, "' target_types: '", target,
                      "' cascade_depth: 1 }"));
    }
  }
  const auto first = Ok(*relationships_, &Relationships::ListRelationships, "page_size: 4");
  ASSERT_EQ(first.relationships_size(), 4);
  EXPECT_EQ(first.relationships(0).name(), "a:one_to_many:x");
  const auto second = Ok(*relationships_, &Relationships::ListRelationships,
                         absl::StrCat("page_token: '", first.next_page_token(), "'"));
  ASSERT_EQ(second.relationships_size(), 2);
  EXPECT_EQ(second.relationships(1).name(), "c:one_to_many:y");
  EXPECT_EQ(second.next_page_token(), "");

  const auto of_b =
      Ok(*relationships_, &Relationships::ListRelationships, "source_type: 'b' page_size: 1");
  ASSERT_EQ(of_b.relationships_size(), 1);
  EXPECT_EQ(of_b.relationships(0).name(), "b:one_to_many:x");
  EXPECT_EQ(Ok(*relationships_, &Relationships::ListRelationships,
               absl::StrCat("source_type: 'b' page_token: '", of_b.next_page_token(), "'"))
                .relationships(0)
                .name(),
            "b:one_to_many:y");
}

TEST_F(RelationshipServiceTest, DeletesOnceAndSaysWhetherThereWasOne) {
  Ok(*relationships_, &Relationships::RegisterRelationship,
     R"(relationship { name: "r" source_type: "s" target_types: "a" cascade_depth: 1 })");
  EXPECT_TRUE(Ok(*relationships_, &Relationships::DeleteRelationship, R"(name: "r")").found());
  EXPECT_FALSE(Ok(*relationships_, &Relationships::DeleteRelationship, R"(name: "r")").found());
  EXPECT_EQ(Error(*relationships_, &Relationships::GetRelationship, R"(name: "r")").error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace cache_invalidation
