// SPDX-License-Identifier: Apache-2.0

// `cachectl rule test` evaluates rules without a service: here its result is compared with that of
// the service, for every rule with every write.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cachectl/rule_trial.h"
#include "client/client.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"

namespace cache_invalidation::cachectl {
namespace {

using client::InvalidationRule;

std::vector<InvalidationRule> Rules() {
  std::vector<InvalidationRule> rules;
  const auto add = [&rules](std::vector<std::string> triggers, std::string condition = "") {
    rules.push_back({.name = absl::StrCat("r", rules.size()),
                     .trigger_tags = std::move(triggers),
                     .invalidate_tags = {"hit"},
                     .condition = std::move(condition)});
  };
  for (const char* trigger :
       {"item", "item:7", "item:8", "item:7:part", "item:#all", "item:a", "item:a:b", "item:a%3Ab",
        "item:50%", "item:50%25", "ite", "items", "other", "other:x", "other:x:y", "other:x:y:z"}) {
    add({trigger});
  }
  for (const char* condition :
       {"operation == 'update'", "operation == 'delete'", "false", "context.price > 2",
        "context.price == context.old.price", "'price' in context.fields_changed",
        "resource_id == '7'", "context.missing > 1", "context.note == null"}) {
    add({"item", "other"}, condition);
  }
  add({"item:8", "other:x"});
  rules.push_back(
      {.name = "disabled", .trigger_tags = {"item"}, .invalidate_tags = {"hit"}, .enabled = false});
  return rules;
}

TEST(RuleTrialAgreementTest, FiresWhatTheServiceFires) {
  client::FakeServer server({.default_rules = false});
  const client::Client client(server.Connect({.deadline = absl::Seconds(30)}));
  const std::vector<InvalidationRule> rules = Rules();
  for (const InvalidationRule& rule : rules) {
    const auto registered = client.RegisterInvalidationRule(rule);
    ASSERT_TRUE(registered.ok()) << rule.name << ": " << registered.status();
  }
  for (
      const char* json : {
          R"({"resource_type":"item"})",
          R"({"resource_type":"item","resource_id":"7","operation":"update"})",
          R"({"resource_type":"item","resource_id":"7","operation":"delete"})",
          R"({"resource_type":"item","resource_id":"7:part","operation":"update"})",
          R"({"resource_type":"item","resource_id":"a:b","operation":"insert"})",
          R"({"resource_type":"item","resource_id":"50%","operation":"update"})",
          R"({"resource_type":"item","resource_id":"7","operation":"update","context":{"price":3}})",
          R"({"resource_type":"item","resource_id":"7","operation":"update","context":)"
          R"({"price":3,"note":null,"fields_changed":["note"],"old":{"note":"x"}}})",
          R"({"resource_type":"item","resource_id":"7","operation":"update","context":)"
          R"({"price":{"$number":"2.50"},"fields_changed":["price"],"old":{"price":2}}})",
          R"({"resource_type":"item","resource_id":"7","operation":"update","context":)"
          R"({"price":{"$unknown":true},"old":{}}})",
          R"({"resource_type":"a","resource_id":"1","operation":"update","tags":["other:x:y"]})",
          R"({"resource_type":"a","operation":"update","tags":["item:8","other"]})",
          R"({"resource_type":"other","operation":"truncate"})",
      }) {
    const absl::StatusOr<client::WriteEvent> write = WriteEventFromJson(json);
    ASSERT_TRUE(write.ok()) << json << ": " << write.status();
    std::set<std::string> expected;
    for (const InvalidationRule& rule : rules) {
      const absl::StatusOr<RuleTrial> trial = TryRule(rule, *write);
      ASSERT_TRUE(trial.ok()) << rule.name << ": " << trial.status();
      if (trial->fires()) expected.insert(rule.name);
    }
    const absl::StatusOr<client::WriteResult> result = client.InvalidateByWrite({.write = *write});
    ASSERT_TRUE(result.ok()) << json << ": " << result.status();
    const std::set<std::string> fired(result->rules_fired.begin(), result->rules_fired.end());
    EXPECT_EQ(fired, expected) << json;
  }
}

}  // namespace
}  // namespace cache_invalidation::cachectl
