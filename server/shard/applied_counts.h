#ifndef CACHE_INVALIDATION_SERVER_SHARD_APPLIED_COUNTS_H_
#define CACHE_INVALIDATION_SERVER_SHARD_APPLIED_COUNTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

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

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_APPLIED_COUNTS_H_
