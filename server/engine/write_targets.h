// SPDX-License-Identifier: Apache-2.0

// Expansion: where relationships lead from a type, over every path.
//
// A state of the expansion is a type, a scope and the number of hops left, initially unlimited.
// Taking a relationship of depth d leaves min(left, d) - 1 hops at each of its targets. Each pair
// of type and scope is expanded with the largest number of hops with which it is ever reached, so
// the result is the union over all paths, whatever the order of registration, and cycles end.
//
// The scope is what a template can be filled in with:
//   - the written id and the context: at the written type, and after templates that all named the
//     id. The id is that of the written row; after a tag that does not name it, it would be the id
//     of a different row.
//   - the context alone: after templates that could all be filled in, one of them without the id.
//   - nothing: anywhere else.
//
// A hop without a template names the target's type tag and continues with scope nothing. A hop with
// a literal tag names that tag and keeps the context. A hop with placeholders names the rendered
// tags; if one placeholder has no value, it also names the tag in front of it, widened, and
// continues with nothing; if it names no tag at all, the path ends. If placeholders need more than
// the scope has, the hop names the type tag, widened, and continues with nothing.
//
// All work is charged to the command's budget. Once the budget is coarse, every template names the
// type tag as from scope nothing, so that nothing depends on the written row any more. Once it is
// spent, the expansion ends where it is.
//
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
#include "server/engine/rule_set.h"
#include "server/engine/tag_template.h"
#include "server/engine/tag_values.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// One relationship taken once from one state.
struct Hop {
  static constexpr int32_t kStart = -1;

  const CompiledRelationship* via = nullptr;
  // The preceding hop, as an index into the expansion. kStart: the initial state.
  int32_t parent = kStart;
  // Hops left at the targets.
  uint32_t depth_left = 0;
  // False: no hop was left to take; `tags` is empty.
  bool taken = true;
  std::vector<RenderedTag> tags;
};

// Ordered by nothing but the relationships; parents precede children.
using Expansion = std::vector<Hop>;

// Whether to include hops that could not be taken, to explain where an expansion ended.
enum class SpentHops : uint8_t { kLeaveOut, kInclude };

// Expands from the type of a write over the registered relationships.
Expansion ExpandWrite(const RelationshipSet& registered, WriteValues& write,
                      SpentHops spent = SpentHops::kLeaveOut);

// Expands from each of a rule's own relationships, whatever type was written, then over registered
// ones and the rule's own. The first hop has the id only if its source is the written type.
Expansion ExpandAttached(const RelationshipSet& registered,
                         absl::Span<const CompiledRelationship> attached, WriteValues& write,
                         SpentHops spent = SpentHops::kLeaveOut);

// Expands from types without a known row, for strategy CASCADE. `types`: each once.
Expansion ExpandTypes(const RelationshipSet& registered, absl::Span<const absl::string_view> types,
                      WorkBudget& budget, SpentHops spent = SpentHops::kLeaveOut);

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
