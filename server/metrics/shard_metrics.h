#ifndef CACHE_INVALIDATION_SERVER_METRICS_SHARD_METRICS_H_
#define CACHE_INVALIDATION_SERVER_METRICS_SHARD_METRICS_H_

#include <vector>

#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/shard/shard_observer.h"

namespace cache_invalidation::metrics {

// Counts what the engines do and how busy the shards are. No label holds a namespace, tag, key or
// rule: their number is unbounded. Thread-safe.
class ShardMetrics final : public shard::ShardObserver {
 public:
  // `registry` must outlive the object.
  explicit ShardMetrics(prometheus::Registry& registry);

  // Empty: nothing is counted before it is durable.
  void OnApplied(absl::string_view, const engine::Command&, const engine::Applied&) override {}
  void OnAnswered(absl::string_view, const engine::Query&) override {}
  void OnDurable(const shard::AppliedCounts& counts) override;
  void OnCancelled() override;
  void OnRefused() override;
  void OnTaken(const shard::MailboxStats& stats) override;
  void OnGroupSealed(const shard::GroupStats& stats) override;

 private:
  std::vector<prometheus::Counter*> commands_;  // by index of engine::Command
  std::vector<prometheus::Counter*> queries_;   // by index of engine::Query
  prometheus::Counter& refused_commands_;
  prometheus::Counter& writes_;
  std::vector<prometheus::Counter*> invalidations_;  // by engine::Strategy
  prometheus::Counter& rules_fired_;
  prometheus::Counter& widened_;
  prometheus::Counter& condition_errors_;
  std::vector<prometheus::Counter*> events_;   // by engine::EventSource
  std::vector<prometheus::Counter*> targets_;  // by engine::InvalidationKind
  prometheus::Histogram& event_targets_;
  std::vector<prometheus::Counter*> batch_flushes_;  // by shard::AppliedCounts::Flush
  prometheus::Histogram& batch_targets_;
  std::vector<prometheus::Counter*> fills_;  // by engine::FillOutcome
  prometheus::Counter& unchecked_fills_;
  prometheus::Counter& dropped_entries_;

  prometheus::Counter& submissions_;
  prometheus::Counter& cancelled_submissions_;
  prometheus::Counter& refused_submissions_;
  prometheus::Histogram& mailbox_submissions_;
  prometheus::Counter& busy_seconds_;
  prometheus::Histogram& hold_seconds_;
  prometheus::Histogram& group_commands_;
};

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_SHARD_METRICS_H_
