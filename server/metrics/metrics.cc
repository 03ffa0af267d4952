#include "server/metrics/metrics.h"

#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "server/metrics/commit_metrics.h"
#include "server/metrics/delivery_metrics.h"
#include "server/metrics/process_collector.h"
#include "server/metrics/rpc_metrics.h"
#include "server/metrics/shard_metrics.h"

namespace cache_invalidation::metrics {
namespace {

prometheus::MetricFamily ToFamily(const GaugeSource& source) {
  prometheus::MetricFamily family;
  family.name = absl::StrCat("cache_invalidation_", source.name);
  family.help = source.help;
  family.type = prometheus::MetricType::Gauge;
  family.metric.emplace_back().gauge.value = source.value();
  return family;
}

}  // namespace

Metrics::Metrics(absl::string_view version)
    : registry_(std::make_unique<prometheus::Registry>()),
      rpc_(std::make_unique<RpcMetrics>(*registry_)),
      shard_(std::make_unique<ShardMetrics>(*registry_)),
      commit_(std::make_unique<CommitMetrics>(*registry_)),
      delivery_(std::make_unique<DeliveryMetrics>(*registry_, *rpc_)) {
  prometheus::BuildGauge()
      .Name("cache_invalidation_build_info")
      .Help("Always 1; the labels identify the executable.")
      .Register(*registry_)
      .Add({{"version", std::string(version)}, {"compiler", absl::StrCat("gcc ", __VERSION__)}})
      .Set(1);
}

Metrics::~Metrics() = default;

std::string Metrics::Text(const std::vector<GaugeSource>& gauges) const {
  std::vector<prometheus::MetricFamily> families = registry_->Collect();
  for (prometheus::MetricFamily& family : ProcessCollector().Collect()) {
    families.push_back(std::move(family));
  }
  for (const GaugeSource& source : gauges) families.push_back(ToFamily(source));
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

}  // namespace cache_invalidation::metrics
