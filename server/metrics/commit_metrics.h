#ifndef CACHE_INVALIDATION_SERVER_METRICS_COMMIT_METRICS_H_
#define CACHE_INVALIDATION_SERVER_METRICS_COMMIT_METRICS_H_

#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/commit/commit_observer.h"

namespace cache_invalidation::metrics {

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

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_COMMIT_METRICS_H_
