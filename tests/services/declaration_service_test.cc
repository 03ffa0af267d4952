// SPDX-License-Identifier: Apache-2.0

// All declarations of an application in one call.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "protos/cache_invalidation/v1/declaration_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "server/default_rules.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Declarations = v1::DeclarationService::Stub;
using Namespaces = v1::NamespaceService::Stub;
using Relationships = v1::RelationshipService::Stub;
using Rules = v1::RuleService::Stub;

std::string Rule(const std::string& name, const std::string& rest = "") {
  return absl::StrCat("rules { name: '", name,
                      "' trigger_tags: 'user' invalidate_tags: 'page:{resource_id}' ", rest, " } ");
}

constexpr char kRelationship[] = "relationships { source_type: 'a' target_types: 'b' } ";

class DeclarationServiceTest : public ServiceTest {
 protected:
  using ServiceTest::ServiceTest;

  std::vector<std::string> Apply(const std::string& request) {
    response_ = Ok(*declarations_, &Declarations::ApplyDeclarations, request);
    std::vector<std::string> changes;
    for (const auto* list : {&response_.rules(), &response_.relationships()}) {
      for (const v1::DeclarationResult& result : *list) {
        const std::string change = v1::DeclarationChange_Name(result.change());
        changes.push_back(absl::StrCat(result.name(), " ", change.substr(19)));
      }
    }
    return changes;
  }
  grpc::Status Refused(const std::string& request) {
    return Error(*declarations_, &Declarations::ApplyDeclarations, request);
  }
  std::vector<std::string> RuleNames(const std::string& request = "") {
    std::vector<std::string> names;
    const v1::ListRulesResponse listed = Ok(*rules_, &Rules::ListRules, request);
    for (const v1::Rule& rule : listed.rules()) names.push_back(rule.name());
    return names;
  }
  int NamespaceCount() {
    return Ok(*namespaces_, &Namespaces::ListNamespaces, "").namespaces_size();
  }

  std::unique_ptr<Declarations> declarations_ = NewStub<v1::DeclarationService>();
  std::unique_ptr<Namespaces> namespaces_ = NewStub<v1::NamespaceService>();
  std::unique_ptr<Relationships> relationships_ = NewStub<v1::RelationshipService>();
  std::unique_ptr<Rules> rules_ = NewStub<v1::RuleService>();
  v1::ApplyDeclarationsResponse response_;
};

TEST_F(DeclarationServiceTest, RegistersRulesAndRelationships) {
  EXPECT_THAT(Apply(Rule("b") + Rule("a") + kRelationship),
              ElementsAre("b ADDED", "a ADDED", "a:one_to_many:b ADDED"));
  EXPECT_THAT(RuleNames(), ElementsAre("a", "b"));
  EXPECT_EQ(Ok(*relationships_, &Relationships::ListRelationships, "").relationships_size(), 1);
  EXPECT_THAT(Apply(Rule("a", "priority: 1") + Rule("b") + "prune: true"),
              ElementsAre("a REPLACED", "b UNCHANGED", "a:one_to_many:b DELETED"));
}

TEST_F(DeclarationServiceTest, TellsWarningsUnlessTheyAreAccepted) {
  Apply(
      "rules { name: 'a' trigger_tags: 'user' invalidate_tags: 'page' } "
      "rules { name: 'b' trigger_tags: 'user' invalidate_tags: 'page' "
      "        accepted_warnings: 'whole_type' }");
  ASSERT_EQ(response_.rules(0).warnings_size(), 1);
  EXPECT_THAT(response_.rules(0).warnings(0), StartsWith("invalidate_tags[0]: "));
  EXPECT_EQ(response_.rules(1).warnings_size(), 0);
}

TEST_F(DeclarationServiceTest, ChangesNothingIfAnythingIsWrong) {
  Apply(Rule("a"));
  const grpc::Status status =
      Refused(Rule("a", "priority: 5") + Rule("b") + Rule("c", "condition: 'operation =='"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("rules[2].condition: line 1, column "));
  EXPECT_THAT(RuleNames(), ElementsAre("a"));
  EXPECT_EQ(Ok(*rules_, &Rules::GetRule, "name: 'a'").rule().priority(), 0);
}

TEST_F(DeclarationServiceTest, OnlyValidatesIfAskedTo) {
  const std::string request = Rule("a") + kRelationship;
  EXPECT_THAT(Apply(request + "validate_only: true"),
              ElementsAre("a ADDED", "a:one_to_many:b ADDED"));
  EXPECT_EQ(NamespaceCount(), 0);
  Apply(request);
  EXPECT_THAT(Apply(Rule("c") + "prune: true validate_only: true"),
              ElementsAre("c ADDED", "a DELETED", "a:one_to_many:b DELETED"));
  EXPECT_THAT(RuleNames(), ElementsAre("a"));
}

// What a validation refuses, the call refuses, with the same words.
TEST_F(DeclarationServiceTest, ValidatesTheLimitOfTheNamespace) {
  std::string full;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&full, Rule(absl::StrCat("r", i)));
  Apply(full);
  const grpc::Status validated = Refused(Rule("more") + "validate_only: true");
  const grpc::Status applied = Refused(Rule("more"));
  EXPECT_EQ(validated.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(applied.error_code(), validated.error_code());
  EXPECT_EQ(applied.error_message(), validated.error_message());
}

TEST_F(DeclarationServiceTest, NothingCreatesNoNamespace) {
  EXPECT_THAT(Apply(""), IsEmpty());
  EXPECT_THAT(Apply("prune: true"), IsEmpty());
  EXPECT_EQ(NamespaceCount(), 0);
}

class DefaultRulesTest : public DeclarationServiceTest {
 protected:
  DefaultRulesTest() : DeclarationServiceTest(WithDefaultRules()) {}
  static ServerOptions WithDefaultRules() {
    ServerOptions options = WithoutNetwork();
    options.default_rules = *rpc::ParseRuleFile(DefaultRulesJson());
    return options;
  }
};

TEST_F(DefaultRulesTest, PruningDeletesTheDefaultRulesForGood) {
  const size_t defaults = RuleNames().size();
  ASSERT_GT(defaults, 0u);
  EXPECT_THAT(Apply(Rule("mine")), ElementsAre("mine ADDED"));
  EXPECT_EQ(RuleNames().size(), defaults + 1);
  EXPECT_EQ(Apply(Rule("mine") + "prune: true").size(), defaults + 1);
  EXPECT_THAT(RuleNames(), ElementsAre("mine"));
}

// As the first call of a namespace it creates it, without those rules.
TEST_F(DefaultRulesTest, PruningANewNamespaceLeavesItEmpty) {
  EXPECT_THAT(Apply("namespace: 'n' prune: true validate_only: true").size(), RuleNames().size());
  EXPECT_EQ(NamespaceCount(), 0);
  Apply("namespace: 'n' prune: true");
  EXPECT_EQ(NamespaceCount(), 1);
  EXPECT_THAT(RuleNames("namespace: 'n'"), IsEmpty());
}

}  // namespace
}  // namespace cache_invalidation
