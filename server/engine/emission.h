// Emission: makes one event out of the targets of a command, and moves the state with it.

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
#include "server/engine/closure.h"
#include "server/engine/event.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Targets are added in the order in which the event lists them; a target that was added before only
// gains causes and the stronger kind. Names must live until Commit.
//
// One use each. Thread-compatible.
class Emission {
 public:
  Emission(State& state, EventSource source) : state_(state), source_(source) {}
  Emission(const Emission&) = delete;
  Emission& operator=(const Emission&) = delete;

  // `pattern`: of a pattern, if somebody has it compiled. Of causes beyond the limit only the step
  // kOthers stays.
  void Add(InvalidationKind kind, TargetType type, absl::string_view name, const Cause& cause,
           const Pattern* pattern = nullptr);

  // There is more than a command may name or find out: everything stands for it, widened. Commit
  // counts that unless it has been counted.
  void NameEverything(bool counted) {
    everything_ = counted ? Everything::kCounted : Everything::kCounts;
  }

  // A key that is named behind the targets, with the other dependents.
  void AddDependent(absl::string_view key, const Cause& cause);

  // A key whose dependents go, and which is not named for that itself.
  void AddUnnamedRoot(absl::string_view key) { unnamed_roots_.push_back(key); }

  // Targets stay alone: what depends on them is left as it is.
  void LeaveDependents() { follow_ = false; }

  // Ends the entries of the targets within the command, however many there are: it needs the room.
  void EndTargets() { end_targets_ = true; }

  // Causes of each target by step, name and width, not as they were added.
  void SortCauses() { sort_causes_ = true; }

  // Takes the next revision, evicts and marks, and appends the event to `events`. Does nothing and
  // answers false if there is nothing to name.
  bool Commit(std::vector<Event>& events);

  // What Commit counted as widened: whether the event became *everything*.
  uint64_t widened() const { return widened_; }

 private:
  struct Slot {
    InvalidationKind kind;
    TargetType type;
    absl::string_view name;
    absl::InlinedVector<Cause, 2> causes;
    Key* key = nullptr;  // of a key; null until it is looked up
    const Pattern* pattern = nullptr;
  };
  enum class Everything : uint8_t { kNo, kCounts, kCounted };

  Slot& FindOrAdd(InvalidationKind kind, TargetType type, absl::string_view name);
  void AddCause(Slot& slot, const Cause& cause) const;
  void Spread(Closure& closure);
  void NameDependents(const Closure& closure);
  size_t EstimatedBytes() const;
  void WidenToEverything();
  // The name as the state keeps it, with the revision noted.
  absl::string_view Mark(Slot& slot, uint64_t revision);
  void EvictEntries(const Closure& closure, uint64_t revision);
  void EvictUnnamed(const Closure& closure, uint64_t revision, uint64_t& at_once);
  // Ends the key's entry and takes its parts from the share.
  void EndEntry(Key& key, uint64_t& at_once);
  Event Build(uint64_t revision);

  State& state_;
  const EventSource source_;
  bool follow_ = true;
  bool end_targets_ = false;
  bool sort_causes_ = false;
  Everything everything_ = Everything::kNo;
  uint64_t widened_ = 0;
  std::vector<Slot> slots_;
  // How many of them are targets; behind them stand dependents.
  size_t targets_ = 0;
  std::vector<Slot> dependents_;
  std::vector<absl::string_view> unnamed_roots_;
  // Into slots_; only used when there are many.
  absl::flat_hash_map<std::pair<TargetType, absl::string_view>, size_t> index_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EMISSION_H_
