// The targets of one write, piece by piece: the planner makes a plan of them, an explanation shows
// them. Nothing here depends on which entries exist.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_WRITE_TARGETS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_WRITE_TARGETS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/engine/command.h"
#include "server/engine/expansion.h"
#include "server/engine/relationship_set.h"
#include "server/engine/rule_set.h"
#include "server/engine/tag_template.h"
#include "server/engine/tag_values.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// A tag that the write invalidates directly.
struct DirectTag {
  enum class Of : uint8_t {
    kType,             // a write without an id; widened (kEmpty)
    kResource,         // with the id verbatim
    kEscapedResource,  // with the id escaped, if that is a different tag
    kCollection,
    kWriter,  // given by the writer
  };
  Of of = Of::kType;
  RenderedTag tag;
};

// Never empty; the type or the resource is first.
std::vector<DirectTag> DirectTags(const WriteEvent& write);

// The rules that the write triggers: see RuleSet::Matches. `direct`: its DirectTags.
std::vector<RuleSet::Match> MatchingRules(const RuleSet& rules, const WriteEvent& write,
                                          absl::Span<const DirectTag> direct, WorkBudget& budget);

// What a rule invalidates when it fires for a write, besides its pattern.
struct RuleTargets {
  struct FromTemplate {
    const TagTemplate* from = nullptr;
    std::vector<RenderedTag> tags;
  };
  std::vector<FromTemplate> templates;
  // Over the relationships attached to the rule.
  Expansion attached;
  // With strategy CASCADE: from the type of every tag above.
  Expansion cascade;
};

// Returns what the rule invalidates for the write. Work is charged to the budget of `write`.
RuleTargets TargetsOf(const CompiledRule& rule, const RelationshipSet& registered,
                      WriteValues& write, SpentHops spent = SpentHops::kLeaveOut);

// The types (first segments) of the tags, sorted, each once. Views into the tags.
std::vector<absl::string_view> TypesOf(std::vector<absl::string_view> tags);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_WRITE_TARGETS_H_
