// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EVENT_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EVENT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace cache_invalidation::engine {

enum class InvalidationKind : uint8_t { kEvict, kMarkStale };

// In the order in which targets are listed within a step.
enum class TargetKind : uint8_t { kEverything, kTag, kKey, kPattern };

enum class EventSource : uint8_t { kWrite, kCall, kBatch, kFillRefused, kDependencyMoved, kLimit };

// In the order in which a batch lists the causes of a target.
enum class CauseStep : uint8_t {
  kDirect,
  kRelationship,
  kRule,
  kCascade,
  kDependency,
  kCall,
  kFillRefused,
  kDependencyMoved,
  kLimit,
  kOthers,
};

// Why something was invalidated. The proto of the same name says what `name` is for each step.
struct Cause {
  CauseStep step = CauseStep::kDirect;
  absl::string_view name;
  bool widened = false;
  bool condition_failed = false;

  bool operator==(const Cause&) const = default;
};

// One target of an event.
struct Invalidation {
  InvalidationKind kind = InvalidationKind::kEvict;
  TargetKind target = TargetKind::kTag;
  absl::string_view name;  // empty for kEverything
  // A range of Event::cause_indexes.
  uint32_t first_cause = 0;
  uint32_t cause_count = 0;
};

// One revision of a namespace as plain data. All views point into the engine and stay valid until
// its next command.
struct Event {
  uint64_t revision = 0;
  EventSource source = EventSource::kWrite;
  std::vector<Cause> causes;            // each once
  std::vector<uint32_t> cause_indexes;  // into `causes`
  std::vector<Invalidation> invalidations;
  // Engine time of the command; absent if it was stored by a version that did not record it.
  std::optional<absl::Time> time;

  absl::Span<const uint32_t> causes_of(const Invalidation& invalidation) const {
    return absl::MakeConstSpan(cause_indexes)
        .subspan(invalidation.first_cause, invalidation.cause_count);
  }
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EVENT_H_
