// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_EVENT_H_
#define CACHE_INVALIDATION_CLIENT_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/position.h"

namespace cache_invalidation::client {

// What a cache does with an entry that is hit.
enum class InvalidationKind {
  // Drop it. A kind unknown to this client is treated as this one.
  kEvict,
  // Keep it, but treat the next access as a miss.
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
  // Every entry of the namespace. A target unknown to this client is treated as this one.
  kEverything,
};

// What made the service emit an event.
enum class EventSource {
  // A source that a newer service knows and this client does not.
  kUnknown,
  kWrite,
  kCall,
  kBatch,
  kFillRefused,
  kDependencyMoved,
  kLimit,
};

// The step by which an invalidation was reached.
enum class CauseStep {
  // A step that a newer service knows and this client does not.
  kUnknown,
  // The written resource, its collection or type tag, or a tag of the writer.
  kDirect,
  // A registered relationship; the name is that of the relationship.
  kRelationship,
  // A target of a rule; the name is that of the rule.
  kRule,
  // The expansion of strategy kCascade; the name is that of the rule, or empty for an explicit
  // call.
  kCascade,
  // A dependency; the name is the key or tag that the invalidated key was computed from, or a tag
  // of the key itself that not all of its fills had.
  kDependency,
  // Named in an explicit call.
  kCall,
  // A fill that was too late.
  kFillRefused,
  // A dependency that had already been invalidated when it was added.
  kDependencyMoved,
  // A limit on the service's state, or on what one command can name or cost.
  kLimit,
  // All causes beyond the first sixteen; they are not named.
  kOthers,
};

// Why something was invalidated, in short form. ExplainWrite returns the full reasoning.
struct Cause {
  CauseStep step = CauseStep::kUnknown;

  // See the values of CauseStep. Can be empty.
  std::string name = {};

  // The target replaces something narrower that could not be named.
  bool widened = false;

  // The rule's condition could not be evaluated for at least one write of the command, and counted
  // as true.
  bool condition_failed = false;

  bool operator==(const Cause&) const = default;
};

// One target to drop or to mark as stale.
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
// Each target appears once. Entries that are hit through their own tags are not listed: the event
// names the tag.
struct Event {
  uint64_t revision = 0;

  // The epoch of the history that the revision belongs to.
  std::string epoch = {};

  EventSource source = EventSource::kUnknown;
  std::vector<Cause> causes = {};

  // In step order: direct, relationships, rules by priority, dependents; within a step, by name.
  std::vector<Invalidation> invalidations = {};

  // When the service applied the command that emitted the event, on its clock. Never decreases
  // within an epoch of a namespace. Absent in events from before the service recorded it.
  std::optional<absl::Time> time = {};

  Position position() const { return {.epoch = epoch, .revision = revision}; }

  bool operator==(const Event&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_EVENT_H_
