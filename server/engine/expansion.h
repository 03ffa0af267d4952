// Expansion: where relationships lead from a type, over every path.
//
// It stands at a type, with a scope and a number of hops left, at first without limit. Taking a
// relationship of depth d leaves min(left, d) - 1 at each of its targets. A place is expanded with
// the most hops it is ever reached with, in each scope by itself, so the result is the union over
// all paths, whatever the order of registration, and cycles end.
//
// The scope says what a template can be filled in with:
//   - the written id and the context: at the written type, and behind templates that all named the
//     id. The id is that of the written row; behind a tag that does not name it, it is the id of
//     something else.
//   - the context alone: behind templates that could all be filled in, one of them without the id.
//   - nothing: anywhere else.
//
// A hop without a template names the target's type tag and leads on with nothing. One with a
// literal tag names that and keeps the context. One with placeholders names what it renders; if one
// of them has no value it names the tag in front as well, widened, and leads on with nothing; if it
// names nothing at all it leads nowhere. Where its placeholders are beyond the scope, it names the
// type tag, widened, and leads on with nothing.
//
// All of it is taken from the command's budget. Once that is coarse, every template names the type
// tag as from nothing, so that nothing depends on the written row any more. Once it is spent, an
// expansion ends where it is.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EXPANSION_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EXPANSION_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/engine/relationship_set.h"
#include "server/engine/tag_template.h"
#include "server/engine/tag_values.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// One relationship, taken once from one place.
struct Hop {
  static constexpr int32_t kStart = -1;

  const CompiledRelationship* via = nullptr;
  // The hop that led to the place, an index into the expansion; kStart: where it began.
  int32_t parent = kStart;
  // What is left at the targets.
  uint32_t depth_left = 0;
  // False: there was no hop left to take; then it names no tags.
  bool taken = true;
  std::vector<RenderedTag> tags;
};

// Hops in an order that depends on nothing but the relationships; parents stand before children.
using Expansion = std::vector<Hop>;

// Whether the hops that could not be taken are wanted too, to explain where an expansion ended.
enum class SpentHops : uint8_t { kLeaveOut, kInclude };

// From the type of a write, over registered relationships.
Expansion ExpandWrite(const RelationshipSet& registered, WriteValues& write,
                      SpentHops spent = SpentHops::kLeaveOut);

// From each of a rule's own relationships, whatever type was written, and on over registered ones
// and the rule's own. The first hop has the id only if its source is the written type.
Expansion ExpandAttached(const RelationshipSet& registered,
                         absl::Span<const CompiledRelationship> attached, WriteValues& write,
                         SpentHops spent = SpentHops::kLeaveOut);

// From types of which no row is known: what strategy CASCADE follows. `types`: each once.
Expansion ExpandTypes(const RelationshipSet& registered, absl::Span<const absl::string_view> types,
                      WorkBudget& budget, SpentHops spent = SpentHops::kLeaveOut);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EXPANSION_H_
