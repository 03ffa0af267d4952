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

// What to invalidate by name. At least one of tags, keys, pattern and everything.
struct InvalidateParams {
  // Hits every entry with such a tag or a tag below it. At most 10,000 tags and keys together.
  std::vector<std::string> tags = {};

  std::vector<std::string> keys = {};

  // An RE2 expression that must match the whole key.
  std::string pattern = {};

  // The whole namespace; then nothing else may be given, and the strategy must not be kBatched.
  bool everything = false;

  InvalidationStrategy strategy = InvalidationStrategy::kImmediate;
  std::optional<WaitForSubscribers> wait = {};
  CallOptions options = {};
};

struct InvalidationResult {
  // The revision of the call's own event; the head if it caused none.
  Position position = {};

  // How many tags, keys and patterns the event names.
  uint32_t invalidations = 0;

  // How many targets stand for something narrower that could not be named.
  uint32_t widened = 0;

  // How many targets wait in the pending batch of the namespace after this call.
  uint32_t pending_targets = 0;

  // Present if the call was asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const InvalidationResult&) const = default;
};

struct InvalidateWithDependenciesParams {
  std::string key = {};

  // False: the key alone; the one call that leaves dependents as they are.
  bool recursive = true;

  std::optional<WaitForSubscribers> wait = {};
  CallOptions options = {};
};

struct KeyInvalidation {
  Position position = {};

  // How many keys were invalidated, the key included.
  uint64_t invalidated = 0;

  // How many keys depend on it and were left alone; 0 if recursive.
  uint64_t dependents_left = 0;

  // Present if the call was asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const KeyInvalidation&) const = default;
};

struct ScheduleBatchInvalidationParams {
  // At least one tag or key; at most 10,000 together.
  std::vector<std::string> tags = {};
  std::vector<std::string> keys = {};
  CallOptions options = {};
};

struct BatchSchedule {
  // The head when the targets joined the batch.
  Position position = {};

  // How many targets wait after this call; 0 if it filled the batch, which was then flushed.
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

  // How many distinct targets were flushed, dependents not counted.
  uint32_t flushed = 0;

  // Present if the call was asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const BatchFlush&) const = default;
};

struct SetBatchDelayParams {
  // 1 ms to 60 s. Low values answer sooner, high ones coalesce more.
  absl::Duration delay;
  CallOptions options = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_INVALIDATION_H_
