// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_ENTRY_H_
#define CACHE_INVALIDATION_CLIENT_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/dependency.h"
#include "client/position.h"

namespace cache_invalidation::client {

// A cached value to register with the service.
struct TrackedEntry {
  std::string key = {};

  // At most 128. An entry that carries `a:b:c` also carries `a:b` and `a`.
  std::vector<std::string> tags = {};

  // What the value was computed from: at most 1,000 names in total.
  DependencyNames depends_on = {};

  // Lifetime of the entry. Default: until it is invalidated.
  std::optional<absl::Duration> ttl = {};

  // The caller's position before it loaded the value. If one of the entry's names was invalidated
  // after it, the fill is refused. Default: the fill is not checked, and is counted as unchecked.
  std::optional<Position> position = {};

  // Refuses the fill unless every key that it depends on has an entry at the service. Set it if the
  // values of those keys were not read from their source.
  bool only_tracked_keys = false;

  // Identifies this fill, for a value in a shared store: a reader uses the stored value only if
  // EntryLookup::fill_id equals the id stored beside it. Must be new for every fill, such as a
  // random UUID; at most 64 bytes. CacheEntryService.TrackEntries in the contract gives the order
  // of steps.
  std::string fill_id = {};

  bool operator==(const TrackedEntry&) const = default;
};

struct TrackEntriesParams {
  // 1 to 1,000.
  std::vector<TrackedEntry> entries = {};
  CallOptions options = {};
};

// The result of a fill.
enum class FillOutcome {
  // The entry is tracked and may be used.
  kKept,
  // A name of the entry was invalidated after the position, or the state of a key it depends on is
  // unknown (its entry is stale, has ended meanwhile, or does not exist): drop the value.
  kRefusedMoved,
  // The service cannot check the position (another epoch, too old, above the head): drop the value.
  // An outcome unknown to this client is treated as this one.
  kRefusedPosition,
};

struct TrackResult {
  std::string key = {};
  FillOutcome outcome = FillOutcome::kRefusedPosition;

  // For kRefusedMoved: the name of the entry that was invalidated.
  std::string moved = {};

  bool operator==(const TrackResult&) const = default;
};

struct TrackEntriesResult {
  // One per entry, in the order of the call.
  std::vector<TrackResult> results = {};

  // The head after the call.
  Position position = {};

  std::vector<std::string> warnings = {};

  bool operator==(const TrackEntriesResult&) const = default;
};

struct UntrackEntriesParams {
  // 1 to 1,000.
  std::vector<std::string> keys = {};
  CallOptions options = {};
};

enum class EntryState {
  // Tracked, and nothing it depends on was invalidated since: the only state in which it may be
  // used.
  kFresh,
  // Marked stale: treat the access as a miss and fill again.
  kStale,
  // Not tracked, expired or evicted. A state unknown to this client is treated as this one.
  kAbsent,
};

struct LookupEntryParams {
  std::string key = {};
  CallOptions options = {};
};

struct EntryLookup {
  EntryState state = EntryState::kAbsent;

  // The head at the time of the look-up: the position to load from after a miss.
  Position position = {};

  // Sorted; empty if the entry is absent. At most one megabyte.
  std::vector<std::string> tags = {};

  // Remaining time to live, if the entry has one.
  std::optional<absl::Duration> ttl = {};

  // The id of the last fill that was kept; empty if that fill had none.
  std::string fill_id = {};

  // Number of tags of the entry beyond those in `tags`.
  uint32_t more_tags = 0;

  bool operator==(const EntryLookup&) const = default;
};

// A key and the tags it was cached with.
struct KeyWithTags {
  std::string key = {};
  std::vector<std::string> tags = {};

  // If not empty, the key counts as moved unless its entry is fresh and of this fill.
  std::string fill_id = {};

  bool operator==(const KeyWithTags&) const = default;
};

struct ValidateParams {
  // The position of the values.
  Position position = {};

  // A key that is not tracked and has no tags counts as moved, because nothing is known about it. 1
  // to 1,000 keys and tags in total.
  std::vector<KeyWithTags> keys = {};

  // Tags to check by themselves, including the tags above them.
  std::vector<std::string> tags = {};

  CallOptions options = {};
};

enum class ValidationState {
  // Nothing was invalidated, marked stale or is pending after the position.
  kNotMoved,
  // Something was invalidated, or it is unknown whether it was: do not use the value. A state
  // unknown to this client is treated as this one.
  kMoved,
};

struct Validation {
  // In the order of the call.
  std::vector<ValidationState> keys = {};
  std::vector<ValidationState> tags = {};

  // The head at the time of the check: what did not move is valid up to here.
  Position position = {};

  bool operator==(const Validation&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_ENTRY_H_
