#include "server/metrics/commit_metrics.h"

#include "absl/time/time.h"
#include "server/metrics/families.h"

namespace cache_invalidation::metrics {

CommitMetrics::CommitMetrics(prometheus::Registry& registry)
    : seconds_(MakeHistogram(registry, "commit_seconds",
                             "Duration of a write to the store with its sync.", LatencyBuckets())),
      groups_(
          MakeHistogram(registry, "commit_groups", "Groups that shared a write.", CountBuckets())),
      rows_(MakeCounter(registry, "commit_rows_total", "Rows written to the store.")),
      chunks_(
          MakeCounter(registry, "commit_chunks_total", "Chunks of events written to the store.")),
      bytes_(MakeCounter(registry, "commit_bytes_total",
                         "Bytes written to the store, approximately.")) {}

void CommitMetrics::OnCommitted(const commit::CommitStats& stats) {
  if (!stats.written) return;
  seconds_.Observe(absl::ToDoubleSeconds(stats.elapsed));
  groups_.Observe(static_cast<double>(stats.groups));
  rows_.Increment(static_cast<double>(stats.rows));
  chunks_.Increment(static_cast<double>(stats.chunks));
  bytes_.Increment(static_cast<double>(stats.bytes));
}

}  // namespace cache_invalidation::metrics
