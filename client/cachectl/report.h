#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_

#include <string>

namespace cache_invalidation::cachectl {

// What a command answers, once for people and once for programs.
struct Report {
  // Protobuf's JSON mapping, on one line.
  std::string json;

  // Lines, each with its end.
  std::string text;
};

enum class OutputFormat { kTable, kJson, kYaml };

// The report as the user wants it.
std::string Render(const Report& report, OutputFormat format);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_
