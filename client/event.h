#ifndef CACHE_INVALIDATION_CLIENT_EVENT_H_
#define CACHE_INVALIDATION_CLIENT_EVENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/position.h"

namespace cache_invalidation::client {

// What a cache does with an entry that is hit.
enum class InvalidationKind {
  // Drop it. A kind that this client does not know is taken as this one.
  kEvict,
  // Keep it, but treat its next access as a miss.
  kMarkStale,
};

// What an invalidation hits.
enum class TargetKind {
  // Every entry that carries this tag or a tag below it.
  kTag,
  // The entry with this key.
  kKey,
  // Every entry whose whole key matches this RE2 expression.
  kPattern,
  // Every entry of the namespace. A target that this client does not know is taken as this one.
  kEverything,
};

// What made the service emit an event.
enum class EventSource {
  // A newer service knows sources that this client does not.
  kUnknown,
  kWrite,
  kCall,
  kBatch,
  kFillRefused,
  kDependencyMoved,
  kLimit,
};

// The step through which an invalidation was reached.
enum class CauseStep {
  // A newer service knows steps that this client does not.
  kUnknown,
  // The written resource, its collection or type tag, or a tag the writer gave.
  kDirect,
  // A registered relationship; the name is its name.
  kRelationship,
  // A target of the rule of that name.
  kRule,
  // The expansion of strategy kCascade; the name is the rule's, empty for an explicit call.
  kCascade,
  // A dependency; the name is the key or tag that the invalidated key was computed from, or a tag
  // of its own that not all of its fills had.
  kDependency,
  // Named in an explicit call.
  kCall,
  // A fill that came too late.
  kFillRefused,
  // A dependency that had already moved when it was added.
  kDependencyMoved,
  // A limit of the service's state, or of what one command may name or cost.
  kLimit,
  // All causes beyond the first sixteen, which are not named.
  kOthers,
};

// Why something was invalidated, in short form; ExplainWrite answers the whole reasoning.
struct Cause {
  CauseStep step = CauseStep::kUnknown;

  // What `step` says; may be empty.
  std::string name = {};

  // The target stands for something narrower that could not be named.
  bool widened = false;

  // The rule's condition could not be evaluated, for one write of the command at least: it counted
  // as true.
  bool condition_failed = false;

  bool operator==(const Cause&) const = default;
};

// One thing to drop or to mark stale.
struct Invalidation {
  InvalidationKind kind = InvalidationKind::kEvict;
  TargetKind target = TargetKind::kEverything;

  // The tag, key or pattern; empty for everything.
  std::string name = {};

  // Indexes into Event::causes, in step order.
  std::vector<uint32_t> causes = {};

  bool operator==(const Invalidation&) const = default;
};

// One complete revision of a namespace: apply all of it, or none.
//
// Each target appears once. Entries that are hit through their own tags are implied: the event
// names the tag.
struct Event {
  uint64_t revision = 0;

  // Of the history that the revision belongs to.
  std::string epoch = {};

  EventSource source = EventSource::kUnknown;
  std::vector<Cause> causes = {};

  // In step order: direct, relationships, rules by priority, dependents; by name within a step.
  std::vector<Invalidation> invalidations = {};

  Position position() const { return {.epoch = epoch, .revision = revision}; }

  bool operator==(const Event&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_EVENT_H_
