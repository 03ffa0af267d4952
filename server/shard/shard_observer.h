// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_OBSERVER_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_OBSERVER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/command.h"
#include "server/engine/engine.h"
#include "server/engine/query.h"

namespace cache_invalidation::shard {

// The invalidations of a namespace, by engine::Strategy.
using StrategyCounts = std::array<uint64_t, 4>;

// The effects of commands and queries, as numbers for metrics.
//
// Thread-compatible.
struct AppliedCounts {
  enum Flush : size_t { kByTimer, kByCall, kBySize, kFlushReasons };

  // `counted`: the counts of the namespace before the command; updated.
  void Add(const engine::Command& command, const engine::Applied& applied, StrategyCounts& counted);
  void Add(const engine::Query& query) { ++queries[query.index()]; }

  // Of callers and timers, including refused ones, by index in the variant.
  std::array<uint64_t, std::variant_size_v<engine::Command>> commands = {};
  std::array<uint64_t, std::variant_size_v<engine::Query>> queries = {};
  uint64_t refused_commands = 0;

  uint64_t writes = 0;
  StrategyCounts invalidations = {};
  uint64_t rules_fired = 0;
  uint64_t widened = 0;
  uint64_t condition_errors = 0;

  std::array<uint64_t, 6> events = {};   // by engine::EventSource
  std::array<uint64_t, 2> targets = {};  // of events, by engine::InvalidationKind
  std::vector<size_t> event_sizes;       // in targets
  std::array<uint64_t, kFlushReasons> flushes = {};
  std::vector<size_t> batch_sizes;  // of flushes, in targets

  std::array<uint64_t, 3> fills = {};  // by engine::FillOutcome
  uint64_t unchecked_fills = 0;
  uint64_t dropped_entries = 0;

 private:
  void AddEvent(const engine::Command& command, const engine::Event& event);
  void AddFills(const engine::TrackEntries& entries, const engine::TrackEntriesResult& results);
};

// What a shard took from its mailbox at once.
struct MailboxStats {
  size_t submissions = 0;
  size_t bytes = 0;
};

// One group, handed to the committer.
struct GroupStats {
  size_t shard = 0;
  size_t submissions = 0;  // answered when it is durable
  size_t commands = 0;     // timers included
  size_t queries = 0;
  size_t events = 0;
  size_t chunks = 0;
  size_t rows = 0;
  size_t bytes = 0;  // commit::Group::size_bytes
  // From its first command or query to its hand-over: the time that the shard's thread took.
  absl::Duration elapsed = absl::ZeroDuration();
  // The longest time that one request, or one run of timers, made all others wait.
  absl::Duration longest_hold = absl::ZeroDuration();
};

// Observes shards. Called by the threads of all shards, OnRefused by the submitting thread,
// OnDurable by the thread that runs completions: implementations are thread-safe, do not block, and
// keep no view.
//
// Commands reported by OnApplied and OnAnswered may still be lost: only the counts of OnDurable may
// be shown to anybody.
class ShardObserver {
 public:
  virtual ~ShardObserver() = default;

  // A command of a caller or of a timer was applied, or refused (`applied.status`). Not called for
  // one that finds no namespace and needs none.
  virtual void OnApplied(absl::string_view namespace_name, const engine::Command& command,
                         const engine::Applied& applied) = 0;

  virtual void OnAnswered(absl::string_view namespace_name, const engine::Query& query) = 0;

  // The effects of a group, once it is durable.
  virtual void OnDurable(const AppliedCounts&) {}

  // A submission was dropped because its caller had gone.
  virtual void OnCancelled() = 0;

  // A submission was refused: the mailbox is full, or the server stops.
  virtual void OnRefused() = 0;

  virtual void OnTaken(const MailboxStats& stats) = 0;
  virtual void OnGroupSealed(const GroupStats& stats) = 0;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_OBSERVER_H_
