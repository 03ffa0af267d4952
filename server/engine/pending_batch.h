// SPDX-License-Identifier: Apache-2.0

// PendingBatch: the targets waiting for the next flush of a namespace.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_PENDING_BATCH_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_PENDING_BATCH_H_

#include <cstddef>
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
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// A bounded set of targets (tags, keys, patterns) with the dependents that were reached when they
// were accepted. WriteRows puts the rows that a command changed into the delta, once, at its end.
//
// The first item arms the batch; an emptied batch is disarmed. Each arming has its own generation,
// so that a timer set for an earlier one has no effect. Thread-compatible.
class PendingBatch {
 public:
  using PendingCause = PendingRecord::PendingCause;

  struct Item {
    bool dependent = false;
    // Sorted, each once. Beyond the limit the first ones are kept, and one of step kOthers is
    // added.
    std::vector<PendingCause> causes;
    // Only for patterns.
    std::optional<Pattern> pattern;
  };
  // By type, then name: the order in which a flush lists the items.
  struct Order {
    using is_transparent = void;
    using View = std::pair<TargetKind, absl::string_view>;
    bool operator()(const View& a, const View& b) const { return a < b; }
  };
  using Items = absl::btree_map<std::pair<TargetKind, std::string>, Item, Order>;

  // The size of an item or a cause besides its names.
  static constexpr size_t kBytesPerItem = 100;

  // `delta` must outlive the batch.
  explicit PendingBatch(Delta& delta, size_t max_causes = kMaxCausesPerTarget)
      : delta_(delta), max_causes_(max_causes) {}
  PendingBatch(const PendingBatch&) = delete;
  PendingBatch& operator=(const PendingBatch&) = delete;

  // Adds an item, or a cause to an existing item. An item that is both a target and a dependent
  // counts as a target. `pattern`: the compiled pattern if the caller has it.
  void Add(TargetKind target, absl::string_view name, const Cause& cause, bool dependent,
           absl::Time now, const Pattern* pattern = nullptr);

  // Remove what an event evicted.
  void RemoveTag(absl::string_view tag);  // with the tags below it
  void RemoveKey(absl::string_view key);
  void RemovePattern(absl::string_view expression);
  void Clear() { Remove(items_.begin(), items_.end()); }

  // Empties the batch and returns its items.
  Items Take();

  bool HoldsTagOrAncestor(absl::string_view tag) const;
  // Whether a target or dependent names the key or a pattern matches it. True as well if the budget
  // does not suffice to decide.
  bool HoldsKey(absl::string_view key, WorkBudget& work) const;

  // The number of targets, without dependents.
  uint32_t targets() const { return targets_; }
  uint32_t patterns() const { return patterns_; }
  // The approximate size of the items in memory.
  size_t bytes() const { return bytes_; }
  bool empty() const { return items_.empty(); }

  void SetDelay(absl::Duration delay, absl::Time now);
  absl::Duration delay() const { return delay_; }
  // The deadline of the flush and the generation of the arming; no deadline if the batch is empty.
  std::optional<absl::Time> deadline() const;
  uint64_t generation() const { return generation_; }

  void Load(const PendingRecord& record);
  void LoadDelay(absl::Duration delay) { delay_ = delay; }
  void LoadArming(uint64_t generation, absl::Time deadline) {
    generation_ = generation;
    deadline_ = deadline;
  }

  const Items& items() const { return items_; }

  // Puts the rows that changed since the last call into the delta, by type and name.
  void WriteRows();

 private:
  // Returns whether anything changed.
  bool AddCause(const Cause& cause, std::vector<PendingCause>& causes);
  static size_t BytesOf(const Items::value_type& item);
  void Remove(Items::iterator first, Items::iterator last);

  Delta& delta_;
  const size_t max_causes_;
  Items items_;
  // Items changed since the last WriteRows, and whether each had a row then.
  absl::btree_map<std::pair<TargetKind, std::string>, bool, Order> changed_;
  uint32_t targets_ = 0;
  size_t bytes_ = 0;
  uint32_t patterns_ = 0;
  absl::Duration delay_ = kDefaultBatchDelay;
  absl::Time deadline_;
  uint64_t generation_ = 0;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_PENDING_BATCH_H_
