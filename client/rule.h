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

// What to invalidate when certain things are written. Write events alone trigger rules.
//
//   const InvalidationRule user_data{.name = "user_data",
//                                    .trigger_tags = {"user", "user_profile"},
//                                    .invalidate_tags = {"user_session:{resource_id}"},
//                                    .strategy = InvalidationStrategy::kImmediate,
//                                    .priority = 100};
struct InvalidationRule {
  // Identity within the namespace: registering the same name again replaces the rule.
  std::string name = {};

  // The rule fires when one of these equals, or stands above, the written type, the resource tag
  // `type:id` or one of the writer's tags. 1 to 64.
  std::vector<std::string> trigger_tags = {};

  // Tags or templates of tags: `user_session`, `user_session:{resource_id}`,
  // `tenant:{context.tenant}`. A placeholder without a value widens to the tag in front of it; for
  // null it names nothing with `{context.tenant|null=skip}`, and `tenant:%null` with
  // `{context.tenant|null=tag}`. May be empty if there is a pattern or a relationship.
  std::vector<std::string> invalidate_tags = {};

  // An RE2 expression that must match the whole key. Empty: none.
  std::string pattern = {};

  InvalidationStrategy strategy = InvalidationStrategy::kImmediate;

  // Rules run by priority, highest first, then by name. It orders an event and its causes; which
  // targets are hit does not depend on it.
  int32_t priority = 0;

  // Expanded when the rule fires, in addition to the registered ones. At most 16.
  std::vector<DataRelationship> relationships = {};

  // A condition in CEL syntax (docs/conditions.md), for example `operation == "delete"`. Empty:
  // always. One that cannot be evaluated for a write counts as true.
  std::string condition = {};

  // A rule that is not enabled stays registered and never fires.
  bool enabled = true;

  // For humans.
  std::string description = {};

  // The names of warnings that are meant and need not be answered again: what stands in brackets
  // at the end of a warning, for example "whole_type".
  std::vector<std::string> accepted_warnings = {};

  bool operator==(const InvalidationRule&) const = default;
};

// What a rule did so far.
struct RuleStatistics {
  // How often the rule fired: once for each write event that triggered it.
  uint64_t execution_count = 0;

  // How often its condition could not be evaluated, which counts as true.
  uint64_t condition_errors = 0;

  // When it fired last, if it did.
  std::optional<absl::Time> last_execution = {};

  bool operator==(const RuleStatistics&) const = default;
};

struct RegisterInvalidationRuleParams {
  InvalidationRule rule = {};
  CallOptions options = {};
};

struct RuleRegistration {
  // As stored, defaults filled in.
  InvalidationRule rule = {};

  // What a reviewer would remark, for example a bare type tag where a scoped one would do. The
  // rule is stored all the same.
  std::vector<std::string> warnings = {};

  // The name was taken and its rule has been replaced. Its statistics go on.
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

  // From RulePage, of a call with the same namespace.
  std::string page_token = {};

  CallOptions options = {};
};

struct RulePage {
  // In the order in which they run: by priority, highest first, then by name.
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
