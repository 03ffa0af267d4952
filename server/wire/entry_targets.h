#ifndef CACHE_INVALIDATION_SERVER_WIRE_ENTRY_TARGETS_H_
#define CACHE_INVALIDATION_SERVER_WIRE_ENTRY_TARGETS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "server/engine/event.h"

namespace cache_invalidation::wire {

// What one invalidation of an encoded event hits. `name` points into the entry.
struct EntryTarget {
  engine::TargetType type = engine::TargetType::kEverything;
  absl::string_view name;  // empty for kEverything
};

// Appends the targets of a chunk's entry, in its order, without decoding anything else.
//
// What it does not understand it reads as *everything*: an invalidation without a target that it
// knows, and an entry that is broken.
void AppendTargets(absl::string_view entry, std::vector<EntryTarget>& targets);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_ENTRY_TARGETS_H_
