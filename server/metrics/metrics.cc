// SPDX-License-Identifier: Apache-2.0

#include "server/metrics/metrics.h"

#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "server/metrics/access_metrics.h"
#include "server/metrics/families.h"
#include "server/metrics/observers.h"
#include "server/metrics/rpc_metrics.h"

namespace cache_invalidation::metrics {

Metrics::Metrics(absl::string_view version, size_t shards)
    : version_(version),
      registry_(std::make_unique<prometheus::Registry>()),
      rpc_(std::make_unique<RpcMetrics>(*registry_)),
      shard_(std::make_unique<ShardMetrics>(*registry_, shards)),
      commit_(std::make_unique<CommitMetrics>(*registry_)),
      delivery_(std::make_unique<DeliveryMetrics>(*registry_, *rpc_)),
      access_(std::make_unique<AccessMetrics>(*registry_)),
      certificate_reloads_(MakeCounters(
          *registry_, "certificate_reloads_total",
          "Changes of the certificate files: used, or refused because they cannot be used.",
          "result", {"used", "refused"})) {}

Metrics::~Metrics() = default;

void Metrics::CountCertificateReload(bool is_used) {
  certificate_reloads_[is_used ? 0 : 1]->Increment();
}

std::string Metrics::Text(const std::vector<GaugeSource>& gauges) const {
  std::vector<prometheus::MetricFamily> families = registry_->Collect();
  families.push_back(BuildInfo(kPrefix, version_));
  for (prometheus::MetricFamily& family : ProcessFamilies()) {
    families.push_back(std::move(family));
  }
  for (const GaugeSource& source : gauges) {
    families.push_back(MakeFamily(absl::StrCat(kPrefix, source.name), source.help,
                                  prometheus::MetricType::Gauge, source.value()));
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

}  // namespace cache_invalidation::metrics
