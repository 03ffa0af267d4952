#ifndef CACHE_INVALIDATION_SERVER_ENGINE_COMMAND_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_COMMAND_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/write_event.h"
#include "server/engine/model.h"

namespace cache_invalidation::engine {

// What changes the state of a namespace. Every command has been checked (see model.h). Views point
// into a buffer that whoever submits the command owns; they need not outlive Engine::Apply.

// A position that a caller handed back.
struct PositionView {
  absl::string_view epoch;
  uint64_t revision = 0;
};

// Names that somebody depends on: `names` stand for the key and the tag of that name.
struct DependencyNames {
  std::vector<absl::string_view> names;
  std::vector<absl::string_view> keys;
  std::vector<absl::string_view> tags;

  bool empty() const { return names.empty() && keys.empty() && tags.empty(); }
};

using ::cache_invalidation::WriteEvent;

struct InvalidateByWrites {
  std::vector<WriteEvent> writes;
  // The caller waits for subscribers: BATCHED targets go at once.
  bool immediate = false;
};

struct Invalidate {
  std::vector<absl::string_view> tags;
  std::vector<absl::string_view> keys;
  absl::string_view pattern;
  bool everything = false;  // then there is no other target, and the strategy is not kBatched
  Strategy strategy = Strategy::kImmediate;
  bool immediate = false;  // see InvalidateByWrites
};

struct InvalidateWithDependencies {
  absl::string_view key;
  bool recursive = false;
};

// Flushes what is pending, whatever its deadline.
struct FlushPendingInvalidations {};

// The timer of a batch. Does nothing if the batch it was set for has been flushed or disarmed.
struct FlushBatch {
  uint64_t generation = 0;
};

struct SetBatchDelay {
  absl::Duration delay;
};

struct RegisterRule {
  Rule rule;
};

struct DeleteRule {
  absl::string_view name;
};

struct RegisterRelationship {
  Relationship relationship;
};

struct DeleteRelationship {
  absl::string_view name;
};

struct AddCacheDependency {
  absl::string_view key;
  DependencyNames depends_on;  // does not name the key itself as a key
  std::optional<absl::Duration> ttl;
  std::optional<PositionView> position;
};

struct RemoveCacheDependency {
  absl::string_view key;
  DependencyNames depends_on;  // empty: every declared edge of the key
};

struct TrackedEntry {
  absl::string_view key;
  std::vector<absl::string_view> tags;
  DependencyNames depends_on;  // does not name the key itself as a key
  std::optional<absl::Duration> ttl;
  std::optional<PositionView> position;
  // A key depended on that has no entry counts as moved.
  bool only_tracked_keys = false;
  absl::string_view fill_id;  // empty: none
};

struct TrackEntries {
  std::vector<TrackedEntry> entries;
};

struct UntrackEntries {
  std::vector<absl::string_view> keys;
};

// Removes what has expired and what was evicted, and forgets names that are of no use any more.
// Looks at no more than `limit` keys and tags of which anything is known, and goes on where the
// last one stopped, so that no sweep holds up a shard: see Engine::FreeNames.
//
// A round over all keys that begins with a `floor` above the engine's also trims: when it has seen
// to it that no entry needs the history up to there, it moves the engine's floor, and positions
// below it count as moved. In the middle of a round `floor` has no effect.
struct Sweep {
  uint64_t limit = 0;
  uint64_t floor = 0;
};

// The first command of a namespace.
struct CreateNamespace {
  std::vector<Rule> default_rules;
  // Revisions up to here may have been told of a namespace of that name before: they are skipped,
  // and an event that evicts everything follows them. 0: there was none.
  uint64_t after = 0;
};

// The last command of a namespace: tells everybody to drop everything. Whoever drives the engine
// forgets it then.
struct DeleteNamespace {};

using Command = std::variant<InvalidateByWrites, Invalidate, InvalidateWithDependencies,
                             FlushPendingInvalidations, FlushBatch, SetBatchDelay, RegisterRule,
                             DeleteRule, RegisterRelationship, DeleteRelationship,
                             AddCacheDependency, RemoveCacheDependency, TrackEntries,
                             UntrackEntries, Sweep, CreateNamespace, DeleteNamespace>;

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_COMMAND_H_
