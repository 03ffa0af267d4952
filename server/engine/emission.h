// SPDX-License-Identifier: Apache-2.0

// Emission: makes one event out of the targets of a command and applies it to the state.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EMISSION_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EMISSION_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "common/pattern.h"
#include "server/engine/cause_dictionary.h"
#include "server/engine/closure.h"
#include "server/engine/event.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Targets are listed in the event in the order in which they were added. Adding a target again only
// adds causes and raises the kind to the stronger one. Names must live until Commit.
//
// Single use. Thread-compatible.
class Emission {
 public:
  Emission(State& state, EventSource source) : state_(state), source_(source) {}
  Emission(const Emission&) = delete;
  Emission& operator=(const Emission&) = delete;

  // Allocates room for the targets that Add is going to be called with, at most `targets`.
  void Reserve(size_t targets);

  // `pattern`: the compiled pattern if the caller has it. Causes beyond the limit are replaced by
  // one of step kOthers.
  void Add(InvalidationKind kind, TargetKind target, absl::string_view name, const Cause& cause,
           const Pattern* pattern = nullptr);

  // Replaces all targets by *everything*, widened: the command exceeds its limits. Commit counts
  // the widening unless `counted`.
  void NameEverything(bool counted) {
    everything_ = counted ? Everything::kCounted : Everything::kCounts;
  }

  // Adds a key that is listed after the targets, with the other dependents.
  void AddDependent(absl::string_view key, const Cause& cause);

  // Adds a key whose dependents are invalidated; the key itself is not named.
  void AddUnnamedRoot(absl::string_view key) { unnamed_roots_.push_back(key); }

  // Invalidates only the targets, not what depends on them.
  void LeaveDependents() { follow_ = false; }

  // Removes the targets' entries within the command, whatever their number, because the command
  // needs the room.
  void EndTargets() { end_targets_ = true; }

  // Sorts the causes of each target by step, name and width instead of keeping them as added.
  void SortCauses() { sort_causes_ = true; }

  // Takes the next revision, evicts and marks, and appends the event to `events`. Does nothing and
  // returns false if there is nothing to name.
  bool Commit(std::vector<Event>& events);

  // What Commit counted as widened: 1 if the event was replaced by *everything*, otherwise 0.
  uint64_t widened() const { return widened_; }

 private:
  struct Slot {
    InvalidationKind kind;
    TargetKind target;
    absl::string_view name;
    absl::InlinedVector<uint32_t, 4> causes;  // their numbers in causes_
    Key* key = nullptr;                       // of a key target; null until it is looked up
    const Pattern* pattern = nullptr;
  };
  enum class Everything : uint8_t { kNo, kCounts, kCounted };

  Slot& FindOrAdd(InvalidationKind kind, TargetKind target, absl::string_view name);
  void AddCause(Slot& slot, const Cause& cause);
  void Spread(Closure& closure);
  void NameDependents(const Closure& closure);
  size_t EstimatedBytes() const;
  void WidenToEverything();
  // Returns the name as the state stores it, after noting the revision.
  absl::string_view Mark(Slot& slot, uint64_t revision);
  void EvictEntries(const Closure& closure, uint64_t revision);
  void EvictUnnamed(const Closure& closure, uint64_t revision, uint64_t& at_once);
  // Ends the key's entry and subtracts its parts from `at_once`.
  void EndEntry(Key& key, uint64_t& at_once);
  Event Build(uint64_t revision);

  State& state_;
  const EventSource source_;
  bool follow_ = true;
  bool end_targets_ = false;
  bool sort_causes_ = false;
  Everything everything_ = Everything::kNo;
  uint64_t widened_ = 0;
  CauseDictionary causes_;
  std::vector<Slot> slots_;
  // How many slots are targets; the dependents follow them.
  size_t targets_ = 0;
  std::vector<Slot> dependents_;
  std::vector<absl::string_view> unnamed_roots_;
  // Indexes into slots_; used only when there are many.
  absl::flat_hash_map<std::pair<TargetKind, absl::string_view>, size_t> index_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EMISSION_H_
