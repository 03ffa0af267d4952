// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/declaration_conversion.h"

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/prepared_declarations.h"
#include "server/rpc/conversion/testing/answer_context.h"
#include "tests/support/every_field.h"
#include "tests/support/text.h"

namespace cache_invalidation::rpc {
namespace {

using testing::FromText;
using ::testing::IsEmpty;
using testing::UnsetFields;

constexpr char kFull[] = R"(
    namespace: "n" rules { name: "r" trigger_tags: "a" invalidate_tags: "b:{resource_id}" }
    relationships { source_type: "s" target_types: "t" } prune: true request_id: "i")";

v1::ApplyDeclarationsRequest Request(const std::string& text) {
  return FromText<v1::ApplyDeclarationsRequest>(text);
}

std::string ErrorOfDeclarations(const std::string& text) {
  return std::string(ToApplyDeclarations(Request(text)).status().message());
}

TEST(DeclarationConversion, IsACommandOrAQuery) {
  const auto applied = ToApplyDeclarations(Request(kFull));
  ASSERT_TRUE(applied.ok()) << applied.status();
  const auto& command = std::get<engine::ApplyDeclarations>(std::get<engine::Command>(*applied));
  EXPECT_EQ(command.rules[0].name, "r");
  EXPECT_EQ(command.relationships[0].name, "s:one_to_many:t");
  EXPECT_EQ(command.relationships[0].cascade_depth, 1u) << "by default";
  EXPECT_TRUE(command.prune);
  // A shard does not wait for what depends on the declarations alone.
  ASSERT_NE(command.prepared, nullptr);
  ASSERT_EQ(command.prepared->rules.size(), 1u);
  EXPECT_EQ(command.prepared->rules[0]->rule, command.rules[0]);
  EXPECT_EQ(command.prepared->relationship_warnings.size(), 1u);

  const auto validated = ToApplyDeclarations(Request(absl::StrCat(kFull, " validate_only: true")));
  ASSERT_TRUE(validated.ok()) << validated.status();
  const auto& query = std::get<engine::ValidateDeclarations>(std::get<engine::Query>(*validated));
  EXPECT_EQ(query.declarations.rules, command.rules);
  EXPECT_EQ(query.declarations.relationships, command.relationships);
  EXPECT_TRUE(query.declarations.prune);
  EXPECT_NE(query.declarations.prepared, nullptr);
}

TEST(DeclarationConversion, NamesThePathOfTheFirstFault) {
  const std::string good = R"(rules { name: "a" trigger_tags: "a" invalidate_tags: "b" } )";
  EXPECT_EQ(ErrorOfDeclarations(
                good + R"(rules { name: "b" trigger_tags: "a" invalidate_tags: ["c", ""] })")
                .rfind("rules[1].invalidate_tags[1]: ", 0),
            0u);
  EXPECT_EQ(ErrorOfDeclarations(
                good + R"(rules { name: "b" trigger_tags: "a" pattern: "x" condition: "1 +" })")
                .rfind("rules[1].condition: line 1, column ", 0),
            0u);
  EXPECT_EQ(ErrorOfDeclarations(good + good), "rules[1].name: expected a name of its own");
  const std::string unnamed = R"(relationships { source_type: "s" target_types: "t" } )";
  EXPECT_EQ(ErrorOfDeclarations(unnamed + unnamed),
            "relationships[1].name: expected a name of its own");
  EXPECT_EQ(ErrorOfDeclarations(
                R"(relationships { source_type: "s" target_types: "t" cascade_depth: 9 })"),
            "relationships[0].cascade_depth: expected 1 to 8, got 9");
}

TEST(DeclarationConversion, TakesAsManyAsANamespaceHolds) {
  v1::ApplyDeclarationsRequest request;
  for (size_t i = 0; i <= kMaxRulesPerNamespace; ++i) {
    v1::Rule* rule = request.add_rules();
    rule->set_name(absl::StrCat("r", i));
    rule->add_trigger_tags("a");
    rule->add_invalidate_tags("b:{resource_id}");
  }
  EXPECT_EQ(ToApplyDeclarations(request).status().message(),
            "rules: expected at most 1000, got 1001");
  request.mutable_rules()->RemoveLast();
  EXPECT_TRUE(ToApplyDeclarations(request).ok());
}

TEST(DeclarationConversion, FillsEveryFieldOfTheAnswer) {
  engine::ApplyDeclarationsResult result;
  result.rules = {{"r", engine::DeclarationChange::kReplaced, {"warning"}}};
  result.relationships = {{"s", engine::DeclarationChange::kDeleted, {"warning"}}};
  result.more_warnings = 7;
  v1::ApplyDeclarationsResponse response;
  ASSERT_TRUE(FromApplyDeclarations({}, result, kContext, &response).ok());
  EXPECT_THAT(UnsetFields(response), IsEmpty());
  EXPECT_EQ(response.rules(0).change(), v1::DECLARATION_CHANGE_REPLACED);
  EXPECT_EQ(response.relationships(0).change(), v1::DECLARATION_CHANGE_DELETED);
}

TEST(DeclarationConversion, TellsTheRefusalOfAValidation) {
  engine::ApplyDeclarationsResult result;
  result.refusal = absl::ResourceExhaustedError("rules: too many");
  v1::ApplyDeclarationsResponse response;
  EXPECT_EQ(FromApplyDeclarations({}, result, kContext, &response), result.refusal);
}

}  // namespace
}  // namespace cache_invalidation::rpc
