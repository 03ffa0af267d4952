#ifndef CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_

#include <cstdint>

#include "common/limits.h"

namespace cache_invalidation::engine {

// How much one namespace may hold, and one answer may look at. An engine may be rebuilt with other
// limits than it had: what is beyond them stays until the next command that adds to it.
struct Limits {
  // Declared edges; more are refused.
  uint64_t declared_edges = kMaxDeclaredEdgesPerNamespace;
  // The same for one key.
  uint64_t declared_edges_of_key = kMaxDeclaredEdgesPerKey;
  // Tags and dependencies of one entry. A fill that would unite more begins the entry anew.
  uint64_t names_per_entry = kMaxNamesPerEntry;
  // Entries, those included that are kept only for what depends on them. With one more the oldest
  // are dropped.
  uint64_t entries = kMaxTrackedEntriesPerNamespace;
  // The same for the parts of all entries together: each entry, tag that it carries and edge that
  // it owns is one.
  uint64_t entry_parts = kMaxEntryPartsPerNamespace;
  // Keys and tags of which nothing is known but that something happened to them in the retained
  // history. With more the history is forgotten sooner.
  uint64_t remembered_names = kMaxRememberedNamesPerNamespace;
  // Keys whose entry ended by itself. With more, any key is taken for one whose end was forgotten.
  uint64_t remembered_ends = kMaxRememberedEndsPerNamespace;
  // Patterns of the retained history. With more the oldest is taken to match every key.
  uint64_t patterns = kMaxRememberedPatterns;
  // Names that the fills of one call, and one question, are checked against beyond their own; what
  // would take more has moved.
  uint64_t checked_names = kMaxCheckedNames;
  uint64_t asked_names = kMaxAskedNames;
  // Of an event, as it is estimated; it becomes *everything* beyond.
  uint64_t event_bytes = kMaxEventBytes;
  // Entries that one event ends; those that it evicts beyond that are reclaimed by sweeping.
  uint64_t ended_at_once = kEndedAtOnce;
  // Edges that a page of a list looks at; there may be more behind a page that is not full.
  uint64_t listed_edges = kMaxListedEdges;
  // What one command, and one explanation, may make and do; see WorkBudget.
  uint64_t steps = kMaxStepsPerCommand;
  uint64_t explained_steps = kMaxStepsPerExplanation;
  uint64_t expanded_bytes = kMaxExpandedBytes;
  // Patterns of the pending batch. With as many it is flushed.
  uint64_t pending_patterns = kMaxPendingPatterns;
  // Bytes that its items take, about. With more it is flushed, too.
  uint64_t pending_bytes = kMaxPendingBytes;
  // Causes of one target; one cause more stands for the others.
  uint64_t causes = kMaxCausesPerTarget;
  // Keys that an explanation looks at; it says so when there are more.
  uint64_t explained_keys = kMaxExplainedKeys;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_
