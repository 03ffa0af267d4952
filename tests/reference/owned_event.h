// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_OWNED_EVENT_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_OWNED_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/engine/event.h"

namespace cache_invalidation::reference {

// engine::Event with its own data, which can be kept and compared after the engine has changed.

// Ordered by step, then name, then widened ones last.
struct OwnedCause {
  engine::CauseStep step = engine::CauseStep::kDirect;
  std::string name;
  bool widened = false;
  bool condition_failed = false;

  auto operator<=>(const OwnedCause&) const = default;
};

struct OwnedInvalidation {
  engine::InvalidationKind kind = engine::InvalidationKind::kEvict;
  engine::TargetKind target = engine::TargetKind::kTag;
  std::string name;
  std::vector<OwnedCause> causes;

  bool operator==(const OwnedInvalidation&) const = default;
};

struct OwnedEvent {
  uint64_t revision = 0;
  engine::EventSource source = engine::EventSource::kWrite;
  std::vector<OwnedInvalidation> invalidations;
  std::optional<absl::Time> time = {};

  bool operator==(const OwnedEvent&) const = default;
};

OwnedEvent Own(const engine::Event& event);

// Returns an equal engine::Event whose views point into `owned`.
engine::Event ViewOf(const OwnedEvent& owned);

// Returns one line for the event and one for each invalidation with its causes.
std::string Text(const OwnedEvent& event);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_OWNED_EVENT_H_
