#include "server/metrics/families.h"

#include "absl/strings/str_cat.h"

namespace cache_invalidation::metrics {
namespace {

constexpr absl::string_view kPrefix = "cache_invalidation_";

}  // namespace

prometheus::Counter& MakeCounter(prometheus::Registry& registry, absl::string_view name,
                                 const std::string& help, const prometheus::Labels& labels) {
  return prometheus::BuildCounter()
      .Name(absl::StrCat(kPrefix, name))
      .Help(help)
      .Register(registry)
      .Add(labels);
}

std::vector<prometheus::Counter*> MakeCounters(prometheus::Registry& registry,
                                               absl::string_view name, const std::string& help,
                                               const std::string& label,
                                               const std::vector<std::string>& values) {
  std::vector<prometheus::Counter*> counters;
  for (const std::string& value : values) {
    counters.push_back(&MakeCounter(registry, name, help, {{label, value}}));
  }
  return counters;
}

prometheus::Histogram& MakeHistogram(prometheus::Registry& registry, absl::string_view name,
                                     const std::string& help, const std::vector<double>& buckets) {
  return prometheus::BuildHistogram()
      .Name(absl::StrCat(kPrefix, name))
      .Help(help)
      .Register(registry)
      .Add({}, buckets);
}

}  // namespace cache_invalidation::metrics
