// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_METRICS_ACCESS_METRICS_H_
#define CACHE_INVALIDATION_SERVER_METRICS_ACCESS_METRICS_H_

#include <vector>

#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "server/access/access_observer.h"

namespace cache_invalidation::metrics {

// Counts calls that were denied, and the policies that were read. No label holds a principal or a
// namespace. Thread-safe.
class AccessMetrics final : public access::AccessObserver {
 public:
  // `registry` must outlive the object.
  explicit AccessMetrics(prometheus::Registry& registry);

  void OnDenied(access::Denial denial) override;
  void OnPolicyRead(bool in_use, absl::Time now) override;
  void OnAuditLineLost() override;

 private:
  std::vector<prometheus::Counter*> denied_;        // by access::Denial
  std::vector<prometheus::Counter*> policy_reads_;  // in use, refused
  prometheus::Gauge& policy_refused_;
  prometheus::Gauge& policy_in_use_since_;
  prometheus::Counter& lost_lines_;
};

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_ACCESS_METRICS_H_
