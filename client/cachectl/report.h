#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_

#include <string>

namespace cache_invalidation::cachectl {

// The output of a command, for people and for programs.
struct Report {
  // Protobuf's JSON mapping, as one line.
  std::string json;

  // Complete lines.
  std::string text;
};

enum class OutputFormat { kTable, kJson, kYaml };

// Returns the report in the format that the user chose.
std::string Render(const Report& report, OutputFormat format);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_
