#ifndef CACHE_INVALIDATION_SERVER_METRICS_SHARD_METRICS_H_
#define CACHE_INVALIDATION_SERVER_METRICS_SHARD_METRICS_H_

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/engine/record.h"
#include "server/shard/shard_observer.h"

namespace cache_invalidation::metrics {

// What the engines did and how busy the shards are. No label holds a namespace, tag, key or rule:
// their number has no bound. Thread-safe.
class ShardMetrics final : public shard::ShardObserver {
 public:
  // `registry` must outlive this.
  explicit ShardMetrics(prometheus::Registry& registry);

  void OnApplied(absl::string_view namespace_name, const engine::Command& command,
                 const engine::Outcome& outcome) override;
  void OnAnswered(absl::string_view namespace_name, const engine::Query& query) override;
  void OnCancelled() override;
  void OnRefused() override;
  void OnTaken(const shard::MailboxStats& stats) override;
  void OnGroupSealed(const shard::GroupStats& stats) override;

 private:
  // *_invalidations of the statistics, by strategy.
  using StrategyCounts = std::array<uint64_t, 4>;

  void CountStrategies(absl::string_view namespace_name, const engine::Outcome& outcome)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void CountEvent(const engine::Command& command, const engine::Event& event);
  void CountFills(const engine::Command& command, const engine::Reply& reply);

  std::vector<prometheus::Counter*> commands_;  // by index of engine::Command
  std::vector<prometheus::Counter*> queries_;   // by index of engine::Query
  prometheus::Counter& refused_commands_;
  prometheus::Counter& writes_;
  std::array<prometheus::Counter*, 4> invalidations_;  // by engine::Strategy
  prometheus::Counter& rules_fired_;
  prometheus::Counter& widened_;
  prometheus::Counter& condition_errors_;
  std::vector<prometheus::Counter*> events_;   // by engine::EventSource
  std::vector<prometheus::Counter*> targets_;  // by engine::InvalidationKind
  prometheus::Histogram& event_targets_;
  prometheus::Counter& batch_flushes_by_timer_;
  prometheus::Counter& batch_flushes_by_call_;
  prometheus::Counter& batch_flushes_by_size_;
  prometheus::Histogram& batch_targets_;
  std::vector<prometheus::Counter*> fills_;  // by engine::FillOutcome
  prometheus::Counter& unchecked_fills_;

  prometheus::Counter& submissions_;
  prometheus::Counter& cancelled_submissions_;
  prometheus::Counter& refused_submissions_;
  prometheus::Histogram& mailbox_submissions_;
  prometheus::Counter& busy_seconds_;
  prometheus::Histogram& group_commands_;

  Mutex mutex_;
  absl::flat_hash_map<std::string, StrategyCounts> last_counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_SHARD_METRICS_H_
