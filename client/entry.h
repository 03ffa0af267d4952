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

// A cached value that the service is to know of.
struct TrackedEntry {
  std::string key = {};

  // An entry that carries `a:b:c` also carries `a:b` and `a`. At most 128.
  std::vector<std::string> tags = {};

  // What the value was computed from: at most 1,000 names in all.
  DependencyNames depends_on = {};

  // How long the entry lives. Default: until it is invalidated.
  std::optional<absl::Duration> ttl = {};

  // Where the caller stood before it loaded the value. A fill that came too late is refused.
  // Default: the fill is not checked, which is counted.
  std::optional<Position> position = {};

  // Every key that it depends on must have an entry at the service; otherwise the fill is refused.
  // For values of keys that were taken from somewhere else than their source.
  bool only_tracked_keys = false;

  // Names this fill, for a value in a shared store: a reader uses the stored value only if
  // EntryLookup::fill_id equals the one stored beside it. New for every fill, such as a random
  // UUID; at most 64 bytes. The order of steps stands at CacheEntryService.TrackEntries in the
  // contract.
  std::string fill_id = {};

  bool operator==(const TrackedEntry&) const = default;
};

struct TrackEntriesParams {
  // 1 to 1,000.
  std::vector<TrackedEntry> entries = {};
  CallOptions options = {};
};

// What became of a fill.
enum class FillOutcome {
  // The entry is tracked and may be used.
  kKept,
  // Something it depends on moved after the position, or a key it depends on cannot be vouched for
  // (its entry is stale, ended meanwhile, or is not there): drop the value.
  kRefusedMoved,
  // The position cannot be vouched for (another epoch, too old, above the head): drop the value.
  // An outcome that this client does not know is taken as this one.
  kRefusedPosition,
};

struct TrackResult {
  std::string key = {};
  FillOutcome outcome = FillOutcome::kRefusedPosition;

  // What had moved, for kRefusedMoved: a name of the entry.
  std::string moved = {};

  bool operator==(const TrackResult&) const = default;
};

struct TrackAnswer {
  // One per entry, in the order of the call.
  std::vector<TrackResult> results = {};

  // The head after the call.
  Position position = {};

  std::vector<std::string> warnings = {};

  bool operator==(const TrackAnswer&) const = default;
};

struct UntrackEntriesParams {
  // 1 to 1,000.
  std::vector<std::string> keys = {};
  CallOptions options = {};
};

enum class EntryState {
  // Tracked, and nothing it depends on was invalidated since: the only state that permits use.
  kFresh,
  // Marked stale: treat the access as a miss and fill anew.
  kStale,
  // Not tracked, expired or evicted. A state that this client does not know is taken as this one.
  kAbsent,
};

struct LookupEntryParams {
  std::string key = {};
  CallOptions options = {};
};

struct EntryLookup {
  EntryState state = EntryState::kAbsent;

  // The head at the time of the answer: the position to load from after a miss.
  Position position = {};

  // Sorted; empty if the entry is absent. At most a megabyte of them.
  std::vector<std::string> tags = {};

  // What is left of the entry's time to live, if it has one.
  std::optional<absl::Duration> ttl = {};

  // Of the last fill that was kept; empty if that brought none.
  std::string fill_id = {};

  // How many tags the entry has that `tags` does not list.
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
  // Where the values stood.
  Position position = {};

  // A key that is not tracked and comes without tags counts as moved: nothing is known of it. At
  // most 1,000 keys and tags together, at least one.
  std::vector<KeyWithTags> keys = {};

  // Tags to check by themselves, with those above them.
  std::vector<std::string> tags = {};

  CallOptions options = {};
};

enum class ValidationState {
  // Nothing was invalidated, marked stale or is pending after the position.
  kNotMoved,
  // Something moved, or nobody can say that nothing did: do not use the value. A state that this
  // client does not know is taken as this one.
  kMoved,
};

struct Validation {
  // In the order of the call.
  std::vector<ValidationState> keys = {};
  std::vector<ValidationState> tags = {};

  // The head at the time of the answer: what did not move is valid up to here.
  Position position = {};

  bool operator==(const Validation&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_ENTRY_H_
