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
  // Keys that an explanation looks at; it says so when there are more.
  uint64_t explained_keys = kMaxExplainedKeys;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_LIMITS_H_
