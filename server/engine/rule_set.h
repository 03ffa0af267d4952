// SPDX-License-Identifier: Apache-2.0

// RelationshipSet: the registered relationships of a namespace, by name and by source type.
// RuleSet: the rules of a namespace in running order and by trigger.
// JudgeCondition: whether a rule fires for a write.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_RULE_SET_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_RULE_SET_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/condition.h"
#include "common/pattern.h"
#include "server/engine/command.h"
#include "server/engine/model.h"
#include "server/engine/query.h"
#include "server/engine/tag_template.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// A relationship with its parsed template.
struct CompiledRelationship {
  // REQUIRES: the relationship has been checked (model.h).
  explicit CompiledRelationship(Relationship relationship);

  Relationship relationship;
  std::optional<TagTemplate> tag_template;  // absent: the type tag of each target
};

// "one_to_many".
absl::string_view CardinalityName(Cardinality cardinality);

// Returned pointers and views stay valid until that relationship is replaced or removed.
// Thread-compatible.
class RelationshipSet {
 public:
  using Sources = std::vector<const CompiledRelationship*>;

  RelationshipSet() = default;
  RelationshipSet(const RelationshipSet&) = delete;
  RelationshipSet& operator=(const RelationshipSet&) = delete;

  // Adds the relationship or replaces the one of the same name. Returns whether one was replaced.
  // REQUIRES: it has been checked.
  bool Put(Relationship relationship);

  // Returns whether there was one.
  bool Remove(absl::string_view name);

  // Returns null if there is none.
  const Relationship* Find(absl::string_view name) const;

  // The relationships whose source is this type, by name.
  const Sources& From(absl::string_view source_type) const;

  // A page by name.
  struct Page {
    std::vector<const Relationship*> relationships;
    bool more = false;
  };
  Page List(const ListRelationships& query) const;

  // Calls `visit` with every relationship, by name.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& [name, compiled] : by_name_) visit(compiled.relationship);
  }

  size_t size() const { return by_name_.size(); }

 private:
  std::map<std::string, CompiledRelationship, std::less<>> by_name_;
  absl::flat_hash_map<std::string, Sources> by_source_;
};

// A rule with its parsed templates, pattern and condition. Compiling takes up to some milliseconds,
// so it is done before a command reaches its shard (prepared_declarations.h).
struct CompiledRule {
  // REQUIRES: the rule has been checked (model.h).
  explicit CompiledRule(Rule rule);
  // The same with the pattern of the rule, which the caller has compiled.
  CompiledRule(Rule rule, std::optional<Pattern> pattern);

  Rule rule;
  std::vector<TagTemplate> templates;  // of invalidate_tags
  std::optional<Pattern> pattern;
  // Absent if the rule has no condition. An error only if the rule was stored by a server that
  // accepts more than this one; the condition then counts as not evaluable.
  std::optional<absl::StatusOr<Condition>> condition;
  std::vector<CompiledRelationship> relationships;
  // Its targets do not depend on the write.
  bool ignores_write = false;
};

// How long it takes to drop the rule, in keys of a sweep (limits.h): little if others hold it as
// well; otherwise it is freed, with the compiled patterns of its pattern and its condition, which
// are large and have caches that are larger.
uint64_t FreeingCost(const std::shared_ptr<const CompiledRule>& rule);

// Rules run by priority, highest first, then by name. Returned pointers and views stay valid until
// that rule is replaced or removed. Thread-compatible.
class RuleSet {
 public:
  RuleSet() = default;
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  // Adds the rule or replaces the one of the same name. Returns whether one was replaced.
  bool Put(std::shared_ptr<const CompiledRule> rule);
  // Compiles it first.
  bool Put(Rule rule) { return Put(std::make_shared<const CompiledRule>(std::move(rule))); }

  // Returns whether there was one.
  bool Remove(absl::string_view name);

  // Returns the rules that Put has replaced and Remove has removed since the last call.
  std::vector<std::shared_ptr<const CompiledRule>> TakeRemoved() {
    return std::exchange(removed_, {});
  }

  // See Engine::TakeApart.
  bool TakeApart(uint64_t& limit);

  // Returns null if there is none.
  const Rule* Find(absl::string_view name) const;

  // A rule and the trigger tag that matched. The trigger is valid until the set changes.
  struct Match {
    const CompiledRule* rule = nullptr;
    absl::string_view trigger;
  };

  // Returns the rules, enabled or not, with a trigger tag equal to or above one of `tags`, each
  // once, in running order. With `whole_type` (can be empty), also those with a trigger below that
  // type: a write to the whole type is a write to each of its rows. Costs a look-up for each tag
  // and each tag above it, and one step of the budget for each pair of matching rule and tag. The
  // result is incomplete once the budget is spent.
  std::vector<Match> Matches(absl::Span<const absl::string_view> tags, WorkBudget& budget,
                             absl::string_view whole_type = "") const;

  // Whether the first rule runs before the second.
  static bool RunsBefore(const CompiledRule& a, const CompiledRule& b);

  // A page in running order.
  struct Page {
    std::vector<const Rule*> rules;
    bool more = false;
  };
  Page List(const ListRules& query) const;

  // Calls `visit` with every rule, in running order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const CompiledRule* compiled : in_order_) visit(compiled->rule);
  }

  size_t size() const { return by_name_.size(); }

 private:
  struct Place {
    int32_t priority = 0;
    absl::string_view name;
  };
  struct Order {
    using is_transparent = void;
    static Place Of(const CompiledRule* rule) { return {rule->rule.priority, rule->rule.name}; }
    static Place Of(const Place& place) { return place; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      const Place left = Of(a);
      const Place right = Of(b);
      return left.priority != right.priority ? left.priority > right.priority
                                             : left.name < right.name;
    }
  };

  std::map<std::string, std::shared_ptr<const CompiledRule>, std::less<>> by_name_;
  absl::btree_set<const CompiledRule*, Order> in_order_;
  absl::btree_map<std::string, std::vector<const CompiledRule*>> by_trigger_;
  std::vector<std::shared_ptr<const CompiledRule>> removed_;
};

// The result of a condition for one write.
struct ConditionVerdict {
  // Whether the rule fires. True without a condition, and if it could not be evaluated.
  bool holds = true;
  // Not OK: why it could not be evaluated.
  absl::Status failure;
  // In units, see common/condition/limits.h.
  uint64_t cost = 0;

  bool failed() const { return !failure.ok(); }
};

// A write without an id concerns an unknown set of rows, so the condition is not evaluated and
// counts as failed. The same applies if the condition costs more than the budget has left. The cost
// is charged to `budget`.
ConditionVerdict JudgeCondition(const CompiledRule& rule, const WriteEvent& write,
                                WorkBudget& budget);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_RULE_SET_H_
