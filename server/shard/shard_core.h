// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_CORE_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_CORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/commit/group.h"
#include "server/engine/engine.h"
#include "server/shard/engine_time.h"
#include "server/shard/group_builder.h"
#include "server/shard/mailbox.h"
#include "server/shard/namespace_quota.h"
#include "server/shard/shard_observer.h"

namespace cache_invalidation::shard {

// Minimum interval between two reports of a shard that it dropped entries.
inline constexpr absl::Duration kDropReportInterval = absl::Minutes(1);
// Pause between two rounds of sweeping over all namespaces. Expired entries are no longer visible
// to lookups; only their memory is released late.
inline constexpr absl::Duration kSweepInterval = absl::Seconds(10);
// Interval between rounds while history waits to be trimmed, which a round does as well.
inline constexpr absl::Duration kTrimInterval = absl::Seconds(1);
// Counters of rules change with every firing; a crash can lose this much of them.
inline constexpr absl::Duration kRuleCountersInterval = absl::Seconds(1);

// A shard without its mailbox and thread: owns the engines of its namespaces, applies submissions
// and timers, and collects the results in a group.
//
// Every answer is a completion of the group, also that of a read: nothing computed from an engine
// is sent before everything that was applied before it is durable.
//
// `now` is engine time. Thread-compatible.
class ShardCore {
 public:
  struct Options {
    std::string epoch;
    // The rules of a new namespace.
    std::vector<engine::Rule> default_rules;
    // What each namespace may hold.
    engine::Limits limits = {};
    // Called at most once per kDropReportInterval with the number of entries that were dropped at a
    // limit since the last call, and the namespace of the last one. May be empty; must not block.
    std::function<void(absl::string_view namespace_name, uint64_t dropped)> on_dropped;
    // Its number, and the highest revision of deleted namespaces; see storage/deleted_revision.h.
    size_t shard = 0;
    uint64_t deleted_revision = 0;
  };

  // `quota` and `observer` must outlive the core.
  ShardCore(Options options, NamespaceQuota& quota, ShardObserver& observer, absl::Time now);
  ~ShardCore();

  ShardCore(const ShardCore&) = delete;
  ShardCore& operator=(const ShardCore&) = delete;

  // Adds a namespace that was rebuilt from the store. Its pending batch is due at `now`, whatever
  // its deadline: the flush is a command like that of a timer. REQUIRES: it is not there yet.
  void Adopt(absl::string_view namespace_name, std::unique_ptr<engine::Engine> engine,
             absl::Time now);

  // Invalidates everything in every namespace.
  void InvalidateEverything(absl::Time now);

  // Applies the next request of a submission; all of them are dropped if its caller has gone. False
  // if none is left: then the group has its answers. The first command that is not refused creates
  // the namespace; queries and timers do not, nor do commands that only remove something and find
  // nothing, or declare what a new namespace has anyway: they get the answer of a new namespace.
  bool ApplyNext(Submission& submission, absl::Time now);

  // Drops the revisions up to `floor` of the namespace, in the engine and in the store, with the
  // next round of sweeping, which is due at once unless one has just ended. Does nothing if the
  // namespace is missing.
  void Trim(absl::string_view namespace_name, uint64_t floor, absl::Time now);

  // Does a part of what is due: flushes one batch, writes the counters of one namespace, sweeps a
  // little, frees a little of deleted namespaces. The rest is due at once.
  void RunTimers(absl::Time now);
  // When RunTimers has something to do; absl::InfiniteFuture(): never.
  absl::Time next_timer() const;

  // For a clean stop: flushes all pending batches and writes all counters.
  void FlushEverything(absl::Time now);

  bool group_empty() const { return group_.empty(); }
  size_t group_bytes() const { return group_.size_bytes(); }
  std::pair<commit::Group, GroupStats> SealGroup();

  // Null if there is no such namespace.
  const engine::Engine* EngineForTest(absl::string_view namespace_name) const;

 private:
  struct Namespace {
    std::string name;
    std::unique_ptr<engine::Engine> engine;
    StrategyCounts counted = {};
    // Counters that changed since they were last written, by rule.
    std::map<std::string, engine::RuleCountersRecord> unwritten_counters;
    // The floor that Trim asked for, and that of the store.
    uint64_t wanted_floor = 0;
    uint64_t stored_floor = 0;
    // The position of sweeping, if the last sweeps were not written.
    std::optional<engine::RecordChange> unwritten_round;
  };

  // What happens to a namespace once the group is durable.
  struct Fate {
    std::string name;
    bool deleted = false;
  };

  Namespace* Find(absl::string_view name) const;
  Namespace& Insert(std::unique_ptr<Namespace> added);
  Result ApplyCommand(absl::string_view name, const engine::Command& command, absl::Time now);
  Result ApplyFirstCommand(absl::string_view name, const engine::Command& command, absl::Time now);
  // The answer of a new namespace to a command that changes nothing in it; absent if it would
  // change something.
  std::optional<Result> AnswerAsNew(const engine::Command& command, absl::Time now);
  Result Delete(absl::string_view name, const engine::Command& command, absl::Time now);
  Result ApplyTo(Namespace& target, const engine::Command& command, absl::Time now);
  // Reports a command to the observer, and counts it.
  void Note(Namespace& target, const engine::Command& command, const engine::Applied& applied);
  Result AnswerQuery(absl::string_view name, const engine::Query& query, absl::Time now);
  // Adds the effects of a command to the group, and sets the namespace's timers.
  void Take(Namespace& target, engine::Applied& applied, absl::Time now);
  void TakeChange(Namespace& target, engine::RecordChange change, absl::Time now);
  void WriteCounters(Namespace& target);
  void ReportDropped(absl::string_view namespace_name, const engine::Result& result,
                     absl::Time now);
  void Sweep(absl::Time now);
  // Keeps rules, to free them some at a time.
  void FreeLater(engine::RemovedRules rules, absl::Time now);
  // The same for those of a submission that was applied, unless a namespace holds them.
  void FreeRulesLater(Submission& submission, absl::Time now);
  void FreeSome(absl::Time now);
  engine::SweepResult SweepNamespace(Namespace& target, uint64_t limit, absl::Time now);

  const std::string epoch_;
  const engine::Limits limits_;
  const std::function<void(absl::string_view namespace_name, uint64_t dropped)> on_dropped_;
  const size_t shard_;
  engine::CreateNamespace create_namespace_;  // continues after all that were deleted
  NamespaceQuota& quota_;
  ShardObserver& observer_;

  // Queries of a missing namespace read this engine. It has the state that the first command of the
  // namespace would find, with the default rules.
  std::unique_ptr<engine::Engine> new_engine_;

  std::map<std::string, std::unique_ptr<Namespace>, std::less<>> namespaces_;
  // Of deleted namespaces, not completely freed.
  std::deque<std::unique_ptr<engine::Engine>> deleted_;
  engine::RemovedRules removed_rules_;             // not freed yet
  absl::Time next_free_ = absl::InfiniteFuture();  // infinite: there are none
  DeadlineQueue batches_;
  DeadlineQueue counters_;
  absl::Time next_sweep_;
  absl::Time last_round_ = absl::InfinitePast();  // when it ended
  std::string next_swept_;   // the first namespace that this round has not finished
  bool trims_left_ = false;  // some of those before it have history that should be dropped
  uint64_t dropped_ = 0;     // not reported yet
  absl::Time next_drop_report_ = absl::InfinitePast();
  GroupBuilder group_;
  AppliedCounts counts_;  // of the group
  std::vector<Fate> fates_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_CORE_H_
