#ifndef CACHE_INVALIDATION_SERVER_WIRE_PART_TARGETS_H_
#define CACHE_INVALIDATION_SERVER_WIRE_PART_TARGETS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "server/engine/event.h"

namespace cache_invalidation::wire {

// The target of one invalidation of an encoded event. `name` points into the part.
struct PartTarget {
  engine::TargetKind target = engine::TargetKind::kEverything;
  absl::string_view name;  // empty for kEverything
};

// Appends the targets of a part of a chunk, in the order of the part. Nothing else is decoded.
//
// The target of an invalidation that this version does not know is read as *everything*. A
// malformed part yields *everything* as well.
void AppendTargets(absl::string_view part, std::vector<PartTarget>& targets);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_PART_TARGETS_H_
