// SPDX-License-Identifier: Apache-2.0

#include "server/metrics/access_metrics.h"

#include "server/metrics/families.h"

namespace cache_invalidation::metrics {

AccessMetrics::AccessMetrics(prometheus::Registry& registry)
    : denied_(MakeCounters(registry, "denied_calls_total",
                           "Calls that were denied, and messages of StreamWrites that had to wait "
                           "for a limit.",
                           "reason", {"unauthenticated", "permission_denied", "rate_limit"})),
      policy_reads_(MakeCounters(registry, "policy_reads_total",
                                 "Contents of the policy file that were read.", "result",
                                 {"in_use", "refused"})),
      policy_refused_(MakeGauge(registry, "policy_refused",
                                "1 while the policy file is wrong and an older policy is in use.")),
      policy_in_use_since_(MakeGauge(registry, "policy_in_use_since_timestamp_seconds",
                                     "When the policy in use was read; 0 without a policy.")),
      lost_lines_(
          MakeCounter(registry, "audit_lines_lost_total",
                      "Lines that could not be written to the audit log, or not in time.")) {}

void AccessMetrics::OnDenied(access::Denial denial) {
  denied_[static_cast<size_t>(denial)]->Increment();
}

void AccessMetrics::OnPolicyRead(bool in_use, absl::Time now) {
  policy_reads_[in_use ? 0 : 1]->Increment();
  policy_refused_.Set(in_use ? 0 : 1);
  if (in_use) policy_in_use_since_.Set(absl::ToDoubleSeconds(now - absl::UnixEpoch()));
}

void AccessMetrics::OnAuditLineLost() { lost_lines_.Increment(); }

}  // namespace cache_invalidation::metrics
