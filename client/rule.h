// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_RULE_H_
#define CACHE_INVALIDATION_CLIENT_RULE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/relationship.h"
#include "client/strategy.h"

namespace cache_invalidation::client {

// What to invalidate on which writes. Only write events trigger rules.
//
//   const InvalidationRule user_data{.name = "user_data",
//                                    .trigger_tags = {"user", "user_profile"},
//                                    .invalidate_tags = {"user_session:{resource_id}"},
//                                    .strategy = InvalidationStrategy::kImmediate,
//                                    .priority = 100};
struct InvalidationRule {
  // Identity within the namespace: registering the same name again replaces the rule.
  std::string name = {};

  // The rule fires when one of these equals, or is above, the written type, the resource tag
  // `type:id` or one of the writer's tags. 1 to 64.
  std::vector<std::string> trigger_tags = {};

  // Tags or tag templates: `user_session`, `user_session:{resource_id}`, `tenant:{context.tenant}`.
  // A placeholder without a value widens to the tag in front of it. For null,
  // `{context.tenant|null=skip}` names nothing and `{context.tenant|null=tag}` names
  // `tenant:%null`. Can be empty if there is a pattern or a relationship.
  std::vector<std::string> invalidate_tags = {};

  // An RE2 expression that must match the whole key. Empty: none.
  std::string pattern = {};

  InvalidationStrategy strategy = InvalidationStrategy::kImmediate;

  // Rules run by descending priority, then by name. This orders an event and its causes; it has no
  // effect on which targets are hit.
  int32_t priority = 0;

  // Expanded when the rule fires, in addition to the registered ones. At most 16.
  std::vector<DataRelationship> relationships = {};

  // A condition in CEL syntax (docs/conditions.md), for example `operation == "delete"`. Empty:
  // always true. A condition that cannot be evaluated for a write counts as true.
  std::string condition = {};

  // A disabled rule stays registered and never fires.
  bool enabled = true;

  // For people; not interpreted.
  std::string description = {};

  // Names of warnings that are intended and are not to be returned again. The name is in brackets
  // at the end of a warning, for example "whole_type".
  std::vector<std::string> accepted_warnings = {};

  bool operator==(const InvalidationRule&) const = default;
};

// Counters of a rule.
struct RuleStatistics {
  // How often the rule fired: once for each write event that triggered it.
  uint64_t execution_count = 0;

  // How often its condition could not be evaluated and counted as true.
  uint64_t condition_errors = 0;

  // When the rule last fired, if it did.
  std::optional<absl::Time> last_execution = {};

  bool operator==(const RuleStatistics&) const = default;
};

struct RegisterInvalidationRuleParams {
  InvalidationRule rule = {};
  CallOptions options = {};
};

struct RuleRegistration {
  // As stored, with defaults filled in.
  InvalidationRule rule = {};

  // Remarks on the definition, for example a bare type tag where a scoped one would do. The rule is
  // stored nevertheless.
  std::vector<std::string> warnings = {};

  // A rule of that name existed and was replaced. Its statistics continue.
  bool replaced = false;

  bool operator==(const RuleRegistration&) const = default;
};

struct GetInvalidationRuleParams {
  std::string name = {};
  CallOptions options = {};
};

struct StoredRule {
  InvalidationRule rule = {};
  RuleStatistics statistics = {};

  bool operator==(const StoredRule&) const = default;
};

struct ListInvalidationRulesParams {
  // 0 means 50; at most 1,000.
  int32_t page_size = 0;

  // From RulePage, returned by a call with the same namespace.
  std::string page_token = {};

  CallOptions options = {};
};

struct RulePage {
  // In the order in which they run: by descending priority, then by name.
  std::vector<InvalidationRule> rules = {};

  // Empty on the last page.
  std::string next_page_token = {};

  bool operator==(const RulePage&) const = default;
};

struct DeleteInvalidationRuleParams {
  std::string name = {};
  CallOptions options = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_RULE_H_
