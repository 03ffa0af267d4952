// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_RECORD_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "server/engine/event.h"
#include "server/engine/model.h"
#include "server/engine/query.h"
#include "server/engine/result.h"

namespace cache_invalidation::engine {

// The state of a namespace as rows. Rows and retained events together are the whole state: what
// follows from the events (the revisions of invalidated tags, keys and patterns) is replayed from
// them, not stored a second time. Time is stored, as the time of the last command. Records own
// their data.

// One row per namespace; changes with every command.
struct MetaRecord {
  uint64_t head = 0;
  uint64_t floor = 0;
  absl::Time now = absl::UnixEpoch();  // engine time of the last command
  absl::Duration batch_delay;
  uint64_t immediate_invalidations = 0;
  uint64_t batched_invalidations = 0;
  uint64_t lazy_invalidations = 0;
  uint64_t cascade_invalidations = 0;
  uint64_t widened = 0;
  uint64_t unchecked_fills = 0;
  uint64_t refused_fills = 0;
  uint64_t dropped_entries = 0;
  uint64_t wanted_floor = 0;  // the minimum that the next round of sweeping moves the floor to
  // Ends before this revision have been forgotten: any key's entry may have ended before it.
  uint64_t forgotten_end = 0;
  // How often the batch was armed, and its deadline, if anything is pending.
  uint64_t batch_generation = 0;
  std::optional<absl::Time> batch_deadline;
  // The last revisions of given-up patterns, which count for every key; 0: none. A pattern that was
  // not used after them is one of these.
  uint64_t any_key_evicted = 0;
  uint64_t any_key_staled = 0;
};

// The progress of a round of sweeping; absent between rounds. One row per namespace.
struct SweepRecord {
  uint64_t floor = 0;  // where the round moves the floor once every name has been visited
  uint64_t head = 0;   // when the round began
  // The first key not visited yet, or not all of whose edges have been visited.
  std::string next_key;
  bool keys_done = false;
  std::string next_tag;  // the first loose tag not visited yet, once the keys are done
  // See RememberedNames::spans.
  std::vector<uint64_t> names;
  // The first edge of next_key not visited yet; absent if none has been visited.
  std::optional<NameKind> next_edge_kind;
  std::string next_edge;
};

// Identity: the rule's name.
struct RuleRecord {
  Rule rule;
};

// Identity: the rule's name. Only statistics are derived from these rows, so a store can write them
// later than others.
struct RuleCountersRecord {
  std::string name;
  RuleCounters counters;
};

// Identity: the relationship's name.
struct RelationshipRecord {
  Relationship relationship;
};

// A declared edge. Identity: all but the expiry.
struct DependencyRecord {
  std::string key;
  NameKind depends_on_kind = NameKind::kKey;
  std::string depends_on;
  std::optional<absl::Time> expires;
};

// A tracked entry, or its ghost (see graph.h). Identity: the key.
struct EntryRecord {
  std::string key;
  std::vector<std::string> tags;
  std::vector<std::string> depends_on_keys;
  std::vector<std::string> depends_on_tags;
  std::optional<absl::Time> expires;
  uint64_t fill_revision = 0;
  bool stale = false;  // a mark whose event is no longer retained
  bool ghost = false;
  bool mixed = false;  // its fills had different tags, or it is not known
  std::string fill_id;
};

// Revisions of a key that do not follow from retained events. Identity: the key.
struct KeyRevisionRecord {
  std::string key;
  uint64_t evicted = 0;  // it was hit through a tag of its entry; 0: not known
  uint64_t ended = 0;    // its entry ended by itself before this revision; 0: not known
};

// A target of the pending batch, or a dependent that was reached when it was accepted. Identity:
// type and name.
struct PendingRecord {
  struct PendingCause {
    CauseStep step = CauseStep::kRule;
    std::string name;
    bool widened = false;
    bool condition_failed = false;
  };
  TargetKind target = TargetKind::kTag;
  std::string name;
  bool dependent = false;
  std::vector<PendingCause> causes;
};

using Record =
    std::variant<MetaRecord, RuleRecord, RuleCountersRecord, RelationshipRecord, DependencyRecord,
                 EntryRecord, KeyRevisionRecord, PendingRecord, SweepRecord>;

// A row that was put or deleted. Deleted rows have only the identity set.
struct RecordChange {
  Record record;
  bool deleted = false;
};

// The rows that a command changed, in order; a later change of a row supersedes an earlier one.
using Delta = std::vector<RecordChange>;

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_RECORD_H_
