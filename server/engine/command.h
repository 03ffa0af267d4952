// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_COMMAND_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_COMMAND_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/write_event.h"
#include "server/engine/model.h"

namespace cache_invalidation::engine {

// Commands change the state of a namespace. Commands without a comment are the request of the same
// name; the contract (protos/cache_invalidation/v1) documents their fields. Every command has been
// checked (see model.h). Views point into a buffer owned by the caller and need not outlive
// Engine::Apply.

// What Prepare (prepared_declarations.h) makes of the declarations of a command. A command without
// it does the same, but takes a thousand times as long.
struct PreparedDeclarations;

// A position returned by an earlier call.
struct PositionView {
  absl::string_view epoch;
  uint64_t revision = 0;
};

// What a key depends on. Each of `names` means both the key and the tag of that name.
struct DependencyNames {
  std::vector<absl::string_view> names;
  std::vector<absl::string_view> keys;
  std::vector<absl::string_view> tags;

  bool empty() const { return names.empty() && keys.empty() && tags.empty(); }
};

using ::cache_invalidation::WriteEvent;

struct InvalidateByWrites {
  std::vector<WriteEvent> writes;
  // The caller waits for subscribers: BATCHED targets are invalidated at once.
  bool immediate = false;
};

struct Invalidate {
  std::vector<absl::string_view> tags;
  std::vector<absl::string_view> keys;
  absl::string_view pattern;
  bool everything = false;  // no other target then, and never kBatched
  Strategy strategy = Strategy::kImmediate;
  bool immediate = false;  // see InvalidateByWrites
};

struct InvalidateWithDependencies {
  absl::string_view key;
  bool recursive = false;
};

// Flushes the pending batch before its deadline.
struct FlushPendingInvalidations {};

// The timer of a batch. No effect if the batch it was armed for has been flushed or disarmed.
struct FlushBatch {
  uint64_t generation = 0;
};

struct SetBatchDelay {
  absl::Duration delay;
};

struct RegisterRule {
  Rule rule;
  std::shared_ptr<const PreparedDeclarations> prepared = nullptr;
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

// Each declaration is added, or replaces the one of its name, unless that is equal.
struct ApplyDeclarations {
  std::vector<Rule> rules = {};                  // no two of the same name
  std::vector<Relationship> relationships = {};  // the same
  bool prune = false;                            // deletes all others
  std::shared_ptr<const PreparedDeclarations> prepared = nullptr;
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
  // A dependency on a key without an entry counts as moved.
  bool only_tracked_keys = false;
  absl::string_view fill_id;  // empty: none
};

struct TrackEntries {
  std::vector<TrackedEntry> entries;
};

struct UntrackEntries {
  std::vector<absl::string_view> keys;
};

// Removes entries that have expired or were evicted, and forgets names that are no longer needed.
// Looks at no more than `limit` known keys and tags, and continues where the last sweep stopped, so
// that no sweep blocks a shard for long: see Engine::FreeNames.
//
// A round over all keys that begins with a `floor` above the engine's also trims: once no entry
// needs the history up to there, it moves the engine's floor, and positions below it count as
// moved. In the middle of a round `floor` has no effect.
struct Sweep {
  uint64_t limit = 0;
  uint64_t floor = 0;
};

// The first command of a namespace.
struct CreateNamespace {
  std::vector<Rule> default_rules;
  // Subscribers may have seen revisions up to here of a deleted namespace of that name. They are
  // skipped, and the next event evicts everything. 0: no such namespace existed.
  uint64_t after = 0;
  std::shared_ptr<const PreparedDeclarations> prepared = nullptr;
};

// The last command of a namespace: emits an event that evicts everything. The caller then discards
// the engine.
struct DeleteNamespace {};

using Command = std::variant<InvalidateByWrites, Invalidate, InvalidateWithDependencies,
                             FlushPendingInvalidations, FlushBatch, SetBatchDelay, RegisterRule,
                             DeleteRule, RegisterRelationship, DeleteRelationship,
                             ApplyDeclarations, AddCacheDependency, RemoveCacheDependency,
                             TrackEntries, UntrackEntries, Sweep, CreateNamespace, DeleteNamespace>;

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_COMMAND_H_
