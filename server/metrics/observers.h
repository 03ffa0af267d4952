// SPDX-License-Identifier: Apache-2.0

// The metrics behind the observer interfaces of the shards, the committer and delivery.

#ifndef CACHE_INVALIDATION_SERVER_METRICS_OBSERVERS_H_
#define CACHE_INVALIDATION_SERVER_METRICS_OBSERVERS_H_

#include <vector>

#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/commit/commit_observer.h"
#include "server/delivery/observer.h"
#include "server/metrics/rpc_metrics.h"
#include "server/shard/shard_observer.h"

namespace cache_invalidation::metrics {

// Counts what the engines do and how busy the shards are. No label holds a namespace, tag, key or
// rule: their number is unbounded. Thread-safe.
class ShardMetrics final : public shard::ShardObserver {
 public:
  // `registry` must outlive the object.
  ShardMetrics(prometheus::Registry& registry, size_t shards);

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
  std::vector<prometheus::Counter*> busy_seconds_;  // by shard
  prometheus::Histogram& hold_seconds_;
  prometheus::Histogram& group_commands_;
};

// Counts writes to the store: their duration and how much they share. Thread-safe.
class CommitMetrics final : public commit::CommitObserver {
 public:
  // `registry` must outlive the object.
  explicit CommitMetrics(prometheus::Registry& registry);

  void OnCommitted(const commit::CommitStats& stats) override;

 private:
  prometheus::Histogram& seconds_;
  prometheus::Histogram& groups_;
  prometheus::Counter& rows_;
  prometheus::Counter& chunks_;
  prometheus::Counter& bytes_;
};

// Counts what is delivered to subscribers. Never labelled by subscriber: each restart of a client
// would add a series. Thread-safe.
class DeliveryMetrics final : public delivery::DeliveryObserver {
 public:
  // Both must outlive the object.
  DeliveryMetrics(prometheus::Registry& registry, RpcMetrics& rpc);

  void OnStreamOpened() override;
  void OnStreamEnded(absl::StatusCode code) override;
  void OnMessageSent(size_t events, size_t bytes, absl::Duration waited) override;
  void OnReset(delivery::ResetReason reason) override;
  void OnCatchUpRead(absl::StatusCode code, size_t bytes) override;
  void OnStalledStreamCancelled() override;
  void OnWaited(const delivery::WaitOutcome& outcome) override;

 private:
  MethodMetrics subscribe_;
  prometheus::Gauge& streams_;
  prometheus::Counter& opened_;
  prometheus::Counter& ended_by_client_;
  prometheus::Counter& ended_by_server_;
  prometheus::Counter& messages_;
  prometheus::Counter& events_;
  prometheus::Counter& bytes_;
  prometheus::Histogram& seconds_;
  std::vector<prometheus::Counter*> resets_;          // by delivery::ResetReason
  std::vector<prometheus::Counter*> catch_up_reads_;  // read, trimmed, failed
  prometheus::Counter& catch_up_bytes_;
  prometheus::Counter& stalled_;
  std::vector<prometheus::Counter*> waits_;   // complete, late
  std::vector<prometheus::Counter*> waited_;  // applied, lapsed, late
  prometheus::Histogram& wait_seconds_;
};

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_OBSERVERS_H_
