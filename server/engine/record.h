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
#include "server/engine/reply.h"

namespace cache_invalidation::engine {

// The state of a namespace as rows. Together with the retained events they hold everything: what
// follows from the events (the revisions of tags, keys and patterns that were invalidated) is
// rebuilt from them, not stored a second time. Time is part of it; the clock is not. Records own
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
  uint64_t wanted_floor = 0;  // where the next round of sweeping moves the floor at least
  // Ends before this revision have been given up: the entry of any key may have ended before it.
  uint64_t forgotten_end = 0;
  // How often the batch was armed, and when what is pending now is due; nothing if nothing is.
  uint64_t batch_generation = 0;
  std::optional<absl::Time> batch_deadline;
  // What patterns that were given up did last, to any key; 0: nothing. A pattern that was not used
  // later is one of them.
  uint64_t any_key_evicted = 0;
  uint64_t any_key_staled = 0;
};

// Where a round of sweeping stands; none between rounds. One row per namespace.
struct SweepRecord {
  uint64_t floor = 0;    // where the round moves the floor
  uint64_t head = 0;     // when it began
  std::string next_key;  // the first that has not been looked at
  bool keys_done = false;
  std::string next_tag;  // as next_key, when the keys are done
  // See RememberedNames::spans.
  std::vector<uint64_t> names;
  // The first edge of next_key that has not been looked at; without one, none of the key has.
  std::optional<NameKind> next_edge_kind;
  std::string next_edge;
};

// Identity: the rule's name.
struct RuleRecord {
  Rule rule;
};

// Identity: the rule's name. Whoever stores rows may store these later than others: nothing but
// statistics is made of them.
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

// A tracked entry, or the ghost of one (see graph.h). Identity: the key.
struct EntryRecord {
  std::string key;
  std::vector<std::string> tags;
  std::vector<std::string> depends_on_keys;
  std::vector<std::string> depends_on_tags;
  std::optional<absl::Time> expires;
  uint64_t fill_revision = 0;
  bool stale = false;  // a mark whose event is no longer retained
  bool ghost = false;
  bool mixed = false;  // fills of it had different tags, or nobody knows
  std::string fill_id;
};

// What happened to a key that no retained event says. Identity: the key.
struct KeyRevisionRecord {
  std::string key;
  uint64_t evicted = 0;  // it was hit through a tag of its entry; 0: not that it is known
  uint64_t ended = 0;    // its entry ended by itself before this revision; 0: as above
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
  TargetType type = TargetType::kTag;
  std::string name;
  bool dependent = false;
  std::vector<PendingCause> causes;
};

using Record =
    std::variant<MetaRecord, RuleRecord, RuleCountersRecord, RelationshipRecord, DependencyRecord,
                 EntryRecord, KeyRevisionRecord, PendingRecord, SweepRecord>;

// A row put or deleted. Of a deleted row only the identity is filled.
struct RecordChange {
  Record record;
  bool deleted = false;
};

// What a command changed, in order; a later change of a row supersedes an earlier one.
using Delta = std::vector<RecordChange>;

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_RECORD_H_
