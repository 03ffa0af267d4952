// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INVALIDATION_H_
#define CACHE_INVALIDATION_CLIENT_INVALIDATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/position.h"
#include "client/strategy.h"
#include "client/waiting.h"

namespace cache_invalidation::client {

// What to invalidate by name. At least one of tags, keys, pattern and everything must be set.
struct InvalidateParams {
  // Hits every entry that carries one of these tags or a tag below it. At most 10,000 tags and keys
  // in total.
  std::vector<std::string> tags = {};

  std::vector<std::string> keys = {};

  // An RE2 expression that must match the whole key.
  std::string pattern = {};

  // The whole namespace. Then nothing else may be set, and the strategy must not be kBatched.
  bool everything = false;

  InvalidationStrategy strategy = InvalidationStrategy::kImmediate;
  std::optional<WaitForSubscribers> wait = {};
  CallOptions options = {};
};

struct InvalidationResult {
  // The revision of the call's own event; the head if it caused none.
  Position position = {};

  // Number of tags, keys and patterns that the event names.
  uint32_t invalidations = 0;

  // Number of targets that replace something narrower that could not be named.
  uint32_t widened = 0;

  // Number of targets in the pending batch of the namespace after this call.
  uint32_t pending_targets = 0;

  // Present if the call asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const InvalidationResult&) const = default;
};

struct InvalidateWithDependenciesParams {
  std::string key = {};

  // False: only the key itself. This is the only call that leaves dependents unchanged.
  bool recursive = true;

  std::optional<WaitForSubscribers> wait = {};
  CallOptions options = {};
};

struct KeyInvalidation {
  Position position = {};

  // Number of keys invalidated, including `key`.
  uint64_t invalidated = 0;

  // Number of keys that depend on it and were left unchanged; 0 if recursive.
  uint64_t dependents_left = 0;

  // Present if the call asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const KeyInvalidation&) const = default;
};

struct ScheduleBatchInvalidationParams {
  // At least one tag or key; at most 10,000 in total.
  std::vector<std::string> tags = {};
  std::vector<std::string> keys = {};
  CallOptions options = {};
};

struct BatchSchedule {
  // The head when the targets joined the batch.
  Position position = {};

  // Number of pending targets after this call; 0 if it filled the batch, which was then flushed.
  uint32_t pending_targets = 0;

  bool operator==(const BatchSchedule&) const = default;
};

struct FlushPendingInvalidationsParams {
  std::optional<WaitForSubscribers> wait = {};
  CallOptions options = {};
};

struct BatchFlush {
  // The revision of the flush; the head if nothing was pending.
  Position position = {};

  // Number of distinct targets flushed, not counting dependents.
  uint32_t flushed = 0;

  // Present if the call asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const BatchFlush&) const = default;
};

struct SetBatchDelayParams {
  // 1 ms to 60 s. A low value invalidates sooner, a high one coalesces more.
  absl::Duration delay;
  CallOptions options = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_INVALIDATION_H_
