// SPDX-License-Identifier: Apache-2.0

// Rules and relationships, also as JSON.

#include <string>
#include <vector>

#include "cache_invalidation/client/declarations.h"
#include "cache_invalidation/client/json.h"
#include "tour.h"

using namespace cache_invalidation::client;

void ShowDeclarations(const Client& client) {
  const InvalidationRule rule{.name = "totals",
                              .trigger_tags = {"order"},
                              .invalidate_tags = {"customer_totals:{context.customer}"},
                              .strategy = InvalidationStrategy::kImmediate,
                              .condition = "operation != \"read\""};
  const RuleRegistration registered = OrEnd(client.RegisterInvalidationRule(rule));
  Expect(!registered.replaced, "the rule is new");
  const StoredRule stored = OrEnd(client.GetInvalidationRule("totals"));
  const RuleStatistics& statistics = stored.statistics;
  Expect(stored.rule == rule && statistics.execution_count == 0, "the service has the rule");

  const DataRelationship relationship{.name = "order_pages",
                                      .source_type = "order",
                                      .target_types = {"page"},
                                      .cardinality = Cardinality::kOneToMany};
  const RelationshipRegistration related = OrEnd(client.RegisterDataRelationship(relationship));
  Expect(related.relationship == OrEnd(client.GetDataRelationship("order_pages")),
         "the service has the relationship");
  Expect(OrEnd(client.ListDataRelationships("order")).size() == 1, "it is the only one of orders");

  // As files have them.
  const std::string json = ToJson(rule, JsonFields::kSet);
  Expect(OrEnd(RuleFromJson(json)) == rule, "a rule is the same in JSON");
  Expect(OrEnd(RelationshipFromJson(ToJson(relationship, JsonFields::kAll))) == relationship,
         "and so is a relationship");
  JsonError error;
  Expect(!RuleFromJson(R"({"nmae": "typo"})", &error).ok() && !error.message.empty(),
         "errors say where they are");

  // All that an application declares, from the YAML of `cachectl apply`, in one call.
  const std::string yaml = "rules:\n  - name: totals\n    trigger_tags: [order]\n    pattern: x\n";
  DeclarationsError wrong;
  Expect(!ParseDeclarations("rules: 7", &wrong).ok() && wrong.line == 1, "errors have a line");
  Expect(LineOf(yaml, "rules[0].trigger_tags") == 3, "and so has each path");
  const Declarations declared{.rules = {rule}, .relationships = {relationship}};
  Expect(OrEnd(ParseDeclarations(ToYaml(declared))) == declared,
         "declarations are the same in YAML");
  const ApplyDeclarationsResult applied = OrEnd(client.ApplyDeclarations(
      ApplyDeclarationsParams{.declarations = declared, .validate_only = true}));
  for (const DeclarationResult& result : applied.rules) {
    Expect(result.change == DeclarationChange::kUnchanged, "nothing would change");
  }

  const InvalidationRule unwanted{
      .name = "unwanted", .trigger_tags = {"nothing"}, .invalidate_tags = {"nothing_else"}};
  OrEnd(client.RegisterInvalidationRule(unwanted));
  Expect(OrEnd(client.DeleteInvalidationRule("unwanted")), "rules can be deleted");
  Expect(OrEnd(client.DeleteDataRelationship("order_pages")), "and relationships");
  for (const InvalidationRule& kept : OrEnd(client.ListInvalidationRules())) {
    std::cout << "rule " << kept.name << "\n";
  }
}
