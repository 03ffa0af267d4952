#include "client/prometheus_text.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::client {
namespace {

struct TypeMetric {
  absl::string_view name;
  uint64_t TypeStatistics::*value;
};

constexpr TypeMetric kTypeCounters[] = {
    {"hits", &TypeStatistics::hits},
    {"misses", &TypeStatistics::misses},
    {"stale_hits", &TypeStatistics::stale_hits},
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
  std::string labels;
  const TypeStatistics* statistics;
};

std::string Label(absl::string_view name, absl::string_view value) {
  return absl::StrCat(name, "=\"",
                      absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                      "\"");
}

// Returns all digits that count: a sum of many loads grows by little.
std::string Seconds(absl::Duration duration) {
  return absl::StrFormat("%.15g", absl::ToDoubleSeconds(duration));
}

std::vector<Labelled> LabelledTypes(const std::vector<CacheMetrics>& caches) {
  std::vector<Labelled> all;
  for (const CacheMetrics& cache : caches) {
    const std::string label = Label("cache", cache.cache);
    if (cache.types.empty()) all.push_back({label, &cache.statistics});
    for (const auto& [type, statistics] : cache.types) {
      all.push_back({absl::StrCat(label, ",", Label("type", type)), &statistics});
    }
  }
  return all;
}

void AppendType(std::string& text, absl::string_view name, absl::string_view type) {
  absl::StrAppend(&text, "# TYPE tagged_cache_", name, " ", type, "\n");
}

void AppendSample(std::string& text, absl::string_view name, absl::string_view labels,
                  const absl::AlphaNum& value) {
  absl::StrAppend(&text, "tagged_cache_", name, "{", labels, "} ", value, "\n");
}

void AppendLatencies(std::string& text, const Labelled& type) {
  const LoadLatency& latency = type.statistics->load_latency;
  uint64_t count = 0;
  for (size_t i = 0; i < LoadLatency::kAtMost.size(); ++i) {
    const absl::Duration at_most = LoadLatency::kAtMost[i];
    const std::string limit =
        at_most == absl::InfiniteDuration() ? "+Inf" : absl::StrCat(absl::ToDoubleSeconds(at_most));
    count += latency.buckets[i];
    AppendSample(text, "load_seconds_bucket", absl::StrCat(type.labels, ",", Label("le", limit)),
                 count);
  }
  AppendSample(text, "load_seconds_sum", type.labels, Seconds(latency.sum));
  AppendSample(text, "load_seconds_count", type.labels, count);
}

// Appends a metric of whole caches; `value` returns it.
template <typename Value>
void AppendOfCaches(std::string& text, absl::string_view name, absl::string_view type,
                    const std::vector<CacheMetrics>& caches, Value value) {
  AppendType(text, name, type);
  for (const CacheMetrics& cache : caches) {
    AppendSample(text, name, Label("cache", cache.cache), value(cache.statistics));
  }
}

}  // namespace

std::string PrometheusText(const std::vector<CacheMetrics>& caches) {
  std::string text;
  const std::vector<Labelled> types = LabelledTypes(caches);
  for (const TypeMetric& metric : kTypeCounters) {
    const std::string name = absl::StrCat(metric.name, "_total");
    AppendType(text, name, "counter");
    for (const Labelled& type : types) {
      AppendSample(text, name, type.labels, type.statistics->*metric.value);
    }
  }
  AppendType(text, "load_seconds", "histogram");
  for (const Labelled& type : types) AppendLatencies(text, type);
  AppendType(text, "entries", "gauge");
  for (const Labelled& type : types) {
    AppendSample(text, "entries", type.labels, type.statistics->entries);
  }

  using All = const CacheStatistics&;
  const auto append = [&](absl::string_view name, absl::string_view type, auto value) {
    AppendOfCaches(text, name, type, caches, value);
  };
  append("fills_on_unknown_keys_total", "counter", [](All s) { return s.fills_on_unknown_keys; });
  append("failed_callbacks_total", "counter", [](All s) { return s.failed_callbacks; });
  append("events_total", "counter", [](All s) { return s.events; });
  append("resets_total", "counter", [](All s) { return s.resets; });
  append("fenced_seconds_total", "counter", [](All s) { return Seconds(s.fenced_time); });
  append("stale_entries", "gauge", [](All s) { return s.stale_entries; });
  append("weight", "gauge", [](All s) { return s.weight; });
  append("is_live", "gauge", [](All s) { return s.is_live ? 1 : 0; });
  append("revision", "gauge", [](All s) { return s.position.revision; });
  return text;
}

}  // namespace cache_invalidation::client
