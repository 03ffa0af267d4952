// RuleSet: the rules of a namespace in the order in which they run, and by what triggers them.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_RULE_SET_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_RULE_SET_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/condition.h"
#include "common/pattern.h"
#include "server/engine/model.h"
#include "server/engine/query.h"
#include "server/engine/relationship_set.h"
#include "server/engine/tag_template.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// A rule ready to run.
struct CompiledRule {
  // REQUIRES: the rule has been checked (model.h).
  explicit CompiledRule(Rule rule);

  Rule rule;
  std::vector<TagTemplate> templates;  // of invalidate_tags
  std::optional<Pattern> pattern;
  // Absent without a condition. An error only if it was stored by a server that accepts more than
  // this one; then it cannot be evaluated.
  std::optional<absl::StatusOr<Condition>> condition;
  std::vector<CompiledRelationship> relationships;
  // Its targets are the same whatever was written.
  bool ignores_write = false;
};

// Rules run by priority, highest first, then by name. Pointers and views that it answers stay valid
// until that rule is replaced or removed. Thread-compatible.
class RuleSet {
 public:
  RuleSet() = default;
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  // Adds the rule, in place of one of the same name; answers whether there was one. REQUIRES: it
  // has been checked.
  bool Put(Rule rule);

  // Answers whether there was one.
  bool Remove(absl::string_view name);

  // Null if there is none.
  const Rule* Find(absl::string_view name) const;

  // A rule and the trigger tag that a write met. The trigger is valid until the set changes.
  struct Match {
    const CompiledRule* rule = nullptr;
    absl::string_view trigger;
  };

  // The rules, enabled or not, with a trigger tag that equals one of these tags or stands above it,
  // each once, in running order. With `whole_type`, which may be empty, also those with a trigger
  // below that type: a write to all of it is a write to each. Costs a look-up for each tag and each
  // tag above, and for every rule and tag that meet a step of the budget; what it answers is not
  // complete once that is spent.
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

  std::map<std::string, CompiledRule, std::less<>> by_name_;
  absl::btree_set<const CompiledRule*, Order> in_order_;
  absl::btree_map<std::string, std::vector<const CompiledRule*>> by_trigger_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_RULE_SET_H_
