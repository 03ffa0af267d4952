// SPDX-License-Identifier: Apache-2.0

#include "client/internal/metric_families.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::client::internal {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct TypeMetric {
  absl::string_view name;
  uint64_t TypeStatistics::*value;
};

constexpr TypeMetric kTypeCounters[] = {
    {"hits", &TypeStatistics::hits},
    {"misses", &TypeStatistics::misses},
    {"stale_hits", &TypeStatistics::stale_hits},
    {"not_found_hits", &TypeStatistics::not_found_hits},
    {"loads", &TypeStatistics::loads},
    {"failed_loads", &TypeStatistics::failed_loads},
    {"shared_loads", &TypeStatistics::shared_loads},
    {"refreshes", &TypeStatistics::refreshes},
    {"stale_on_error", &TypeStatistics::stale_on_error},
    {"refused_fills", &TypeStatistics::refused_fills},
    {"unkept_fills", &TypeStatistics::unkept_fills},
    {"untagged_fills", &TypeStatistics::untagged_fills},
    {"evictions", &TypeStatistics::evictions},
    {"invalidated", &TypeStatistics::invalidated},
};

// A set of counters with the labels of its samples.
struct Labelled {
  Labels labels;
  const TypeStatistics* statistics;
};

std::vector<Labelled> LabelledTypes(const std::vector<CacheMetrics>& caches) {
  std::vector<Labelled> all;
  for (const CacheMetrics& cache : caches) {
    const Labels labels = {{"cache", cache.cache}};
    if (cache.types.empty()) all.push_back({labels, &cache.statistics});
    for (const auto& [type, statistics] : cache.types) {
      all.push_back({labels, &statistics});
      all.back().labels.emplace_back("type", type);
    }
  }
  return all;
}

MetricFamily Family(absl::string_view name, MetricType type) {
  MetricFamily family{.name = absl::StrCat("tagged_cache_", name), .type = type};
  if (type == MetricType::kCounter) family.name += "_total";
  return family;
}

// Returns a metric of types; `value` returns it.
template <typename Value>
MetricFamily OfTypes(absl::string_view name, MetricType type, const std::vector<Labelled>& types,
                     Value value) {
  MetricFamily family = Family(name, type);
  for (const Labelled& each : types) {
    const auto number = static_cast<double>(value(*each.statistics));
    family.samples.push_back({.labels = each.labels, .value = number});
  }
  return family;
}

// Appends a metric of whole caches; `value` returns it.
template <typename Value>
void AppendOfCaches(std::vector<MetricFamily>& families, absl::string_view name, MetricType type,
                    const std::vector<CacheMetrics>& caches, Value value) {
  MetricFamily& family = families.emplace_back(Family(name, type));
  for (const CacheMetrics& cache : caches) {
    const auto number = static_cast<double>(value(cache.statistics));
    family.samples.push_back({.labels = {{"cache", cache.cache}}, .value = number});
  }
}

}  // namespace

std::vector<MetricFamily> MetricFamilies(const std::vector<CacheMetrics>& caches) {
  std::vector<MetricFamily> families;
  const std::vector<Labelled> types = LabelledTypes(caches);
  for (const TypeMetric& metric : kTypeCounters) {
    families.push_back(OfTypes(metric.name, MetricType::kCounter, types,
                               [&](const TypeStatistics& s) { return s.*metric.value; }));
  }
  MetricFamily& loads = families.emplace_back(Family("load_seconds", MetricType::kHistogram));
  for (const Labelled& type : types) {
    loads.samples.push_back({.labels = type.labels, .latency = type.statistics->load_latency});
  }
  families.push_back(OfTypes("entries", MetricType::kGauge, types,
                             [](const TypeStatistics& s) { return s.entries; }));

  using All = const CacheStatistics&;
  const auto counter = [&](absl::string_view name, auto value) {
    AppendOfCaches(families, name, MetricType::kCounter, caches, value);
  };
  const auto gauge = [&](absl::string_view name, auto value) {
    AppendOfCaches(families, name, MetricType::kGauge, caches, value);
  };
  counter("fills_on_unknown_keys", [](All s) { return s.fills_on_unknown_keys; });
  counter("failed_callbacks", [](All s) { return s.failed_callbacks; });
  counter("events", [](All s) { return s.events; });
  counter("resets", [](All s) { return s.resets; });
  counter("epoch_conflicts", [](All s) { return s.epoch_conflicts; });
  counter("fenced_seconds", [](All s) { return absl::ToDoubleSeconds(s.fenced_time); });
  gauge("stale_entries", [](All s) { return s.stale_entries; });
  gauge("weight", [](All s) { return s.weight; });
  gauge("is_live", [](All s) { return s.is_live; });
  gauge("revision", [](All s) { return s.position.revision; });
  return families;
}

}  // namespace cache_invalidation::client::internal
