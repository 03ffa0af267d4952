#ifndef CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_

#include <cstdint>

#include "common/limits.h"

namespace cache_invalidation::engine {

// How much one namespace may hold, and how much one command or query may look at. An engine can be
// rebuilt with other limits: what exceeds them stays until the next command that adds to it.
struct Limits {
  // Declared edges; further ones are refused.
  uint64_t declared_edges = kMaxDeclaredEdgesPerNamespace;
  // Declared edges of one key; further ones are refused.
  uint64_t declared_edges_of_key = kMaxDeclaredEdgesPerKey;
  // Tags and dependencies of one entry. A fill that would exceed this replaces the entry.
  uint64_t names_per_entry = kMaxNamesPerEntry;
  // Entries, including ghosts. Beyond it the oldest are dropped.
  uint64_t entries = kMaxTrackedEntriesPerNamespace;
  // Parts of all entries together: each entry, each tag it carries and each edge it owns is one.
  // Beyond it the oldest entries are dropped.
  uint64_t entry_parts = kMaxEntryPartsPerNamespace;
  // Keys and tags that are known only for what happened to them in the retained history. Beyond it
  // the history is trimmed sooner.
  uint64_t remembered_names = kMaxRememberedNamesPerNamespace;
  // Keys whose entry ended by itself. Beyond it the oldest end is forgotten, and any key may then
  // have ended at that revision.
  uint64_t remembered_ends = kMaxRememberedEndsPerNamespace;
  // Patterns in the retained history. Beyond it the oldest counts as matching every key.
  uint64_t patterns = kMaxRememberedPatterns;
  // Names, beyond their own, that the fills of one call, and one query, are checked against. A
  // check that would exceed this reports moved.
  uint64_t checked_names = kMaxCheckedNames;
  uint64_t asked_names = kMaxAskedNames;
  // Estimated size of one event. Beyond it the event is replaced by *everything*.
  uint64_t event_bytes = kMaxEventBytes;
  // Entries that one event removes. Further evicted entries are removed by sweeping.
  uint64_t ended_at_once = kEndedAtOnce;
  // Edges looked at for one page of a list. A page that is not full can therefore have successors.
  uint64_t listed_edges = kMaxListedEdges;
  // The work of one command and of one explanation; see WorkBudget.
  uint64_t steps = kMaxStepsPerCommand;
  uint64_t explained_steps = kMaxStepsPerExplanation;
  uint64_t expanded_bytes = kMaxExpandedBytes;
  // Patterns in the pending batch. The batch is flushed when it reaches this number.
  uint64_t pending_patterns = kMaxPendingPatterns;
  // Approximate size of the pending batch in bytes. The batch is flushed when it reaches this size.
  uint64_t pending_bytes = kMaxPendingBytes;
  // Causes of one target. Further ones are replaced by one of step kOthers.
  uint64_t causes = kMaxCausesPerTarget;
  // Keys that an explanation looks at. The result states if there are more.
  uint64_t explained_keys = kMaxExplainedKeys;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_
