// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_

#include <cstddef>

#include <cstdint>

#include "common/limits.h"

namespace cache_invalidation::engine {

// As kMaxStepsPerCommand, for an explanation, for which nothing but its caller waits.
inline constexpr uint64_t kMaxStepsPerExplanation = 100'000;
// Total bytes of the tags that the templates of one command produce: a quarter of the largest
// event.
inline constexpr uint64_t kMaxExpandedBytes = 16 << 20;
// Indirect names that the fills of one call, or the names of one query, are checked against: what
// they were computed from, transitively. For fills a tenth of a second of a shard, which a page
// over some hundred thousand rows needs; for a query some hundredths. Beyond it they count as
// moved.
inline constexpr uint64_t kMaxCheckedNames = 300'000;
inline constexpr uint64_t kMaxAskedNames = 100'000;
// A full namespace frees this many, or a 64th of its limit if that is less, so that not every fill
// causes an event of its own.
inline constexpr uint64_t kDroppedTogether = 1000;
// After a start with lower limits more entries must be dropped than one event should name.
inline constexpr uint64_t kMaxDroppedTogether = 10'000;
// Parts of entries that an event deletes at once. Entries beyond that are evicted but left, dead,
// for sweeping: deleting one costs ten times as much as naming it.
inline constexpr uint64_t kEndedAtOnce = 10'000;
// Expired declarations that one command deletes when it encounters them, some milliseconds of a
// shard; sweeping deletes the others.
inline constexpr uint64_t kEdgesEndedAtOnce = 2'000;
// Edges that one command or query follows to find out which expired entries are still needed: some
// ten milliseconds. Beyond it they count as needed, and are kept a while longer.
inline constexpr uint64_t kMaxGroundingSteps = 40'000;
// Keys and tags that are known only because they were invalidated in the retained history; about
// 200 bytes each. Beyond it a namespace drops history that subscribers could still read: fills and
// queries with positions from before it count as moved.
inline constexpr size_t kMaxRememberedNamesPerNamespace = 4'000'000;
// Keys whose entry expired or was untracked in the retained history; about 200 bytes each. A fill
// computed from such an entry is refused if its position is before the entry's end. Beyond this
// number, every fill that depends on any key is refused if its position is before the oldest ends.
inline constexpr size_t kMaxRememberedEndsPerNamespace = 65'536;
// Patterns of the retained history: every fill is matched against them.
inline constexpr size_t kMaxRememberedPatterns = 256;
// Keys that a shard sweeps in one turn, about a millisecond of work.
inline constexpr uint64_t kSweepKeys = 2'000;
// Keys among which one explanation counts entries, and keys that it follows to their dependents:
// some milliseconds of a shard.
inline constexpr uint64_t kMaxExplainedKeys = 3'000;
// Matching steps, in the unit of kMaxStepsPerCommand, that count as one of those keys: an
// explanation of nothing but patterns can use the steps of kMaxStepsPerExplanation.
inline constexpr uint64_t kStepsPerExplainedKey = kMaxStepsPerExplanation / kMaxExplainedKeys;
// Edges that a page of dependencies examines, most of which can be expired: some milliseconds of a
// shard.
inline constexpr uint64_t kMaxListedEdges = 2'000;

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
