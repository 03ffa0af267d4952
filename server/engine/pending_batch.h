// PendingBatch: what waits for the next flush of a namespace.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_PENDING_BATCH_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_PENDING_BATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "common/pattern.h"
#include "server/engine/event.h"
#include "server/engine/record.h"

namespace cache_invalidation::engine {

// A bounded set of targets (tags, keys, patterns) with the dependents that were reached when they
// were accepted. Every change of a row goes to the delta it was given.
//
// The first item arms the batch; an emptied one is disarmed. Each arming has a generation of its
// own, so that a timer set for an earlier one does nothing. Thread-compatible.
class PendingBatch {
 public:
  using PendingCause = PendingRecord::PendingCause;

  struct Item {
    bool dependent = false;
    std::vector<PendingCause> causes;  // sorted, each once
    // Only for patterns.
    std::optional<Pattern> pattern;
  };
  // By type, then name: the order in which a flush lists them.
  using Items = absl::btree_map<std::pair<TargetType, std::string>, Item>;

  // `delta` must outlive the batch.
  explicit PendingBatch(Delta& delta) : delta_(delta) {}
  PendingBatch(const PendingBatch&) = delete;
  PendingBatch& operator=(const PendingBatch&) = delete;

  // Adds an item or a cause to it. What is both a target and a dependent is a target.
  void Add(TargetType type, absl::string_view name, const Cause& cause, bool dependent,
           absl::Time now);

  // Takes out what an event evicted.
  void RemoveTag(absl::string_view tag);  // with the tags below it
  void RemoveKey(absl::string_view key);
  void RemovePattern(absl::string_view expression);
  void Clear();

  // Empties the batch and answers what it held.
  Items Take();

  bool HoldsTagOrAncestor(absl::string_view tag) const;
  // Whether a target or dependent names the key or a pattern matches it.
  bool HoldsKey(absl::string_view key) const;

  // How many targets there are, dependents not counted.
  uint32_t targets() const { return targets_; }
  bool empty() const { return items_.empty(); }

  void SetDelay(absl::Duration delay, absl::Time now);
  absl::Duration delay() const { return delay_; }
  // When the flush is due, and for which arming; nothing if the batch is empty.
  std::optional<absl::Time> deadline() const;
  uint64_t generation() const { return generation_; }

  void Load(const PendingRecord& record);
  void LoadDelay(absl::Duration delay) { delay_ = delay; }
  void LoadArming(uint64_t generation, absl::Time deadline) {
    generation_ = generation;
    deadline_ = deadline;
  }

  const Items& items() const { return items_; }

 private:
  void Remove(Items::iterator first, Items::iterator last);

  Delta& delta_;
  Items items_;
  uint32_t targets_ = 0;
  uint32_t patterns_ = 0;
  absl::Duration delay_ = kDefaultBatchDelay;
  absl::Time deadline_;
  uint64_t generation_ = 0;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_PENDING_BATCH_H_
