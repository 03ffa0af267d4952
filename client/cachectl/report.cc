#include "client/cachectl/report.h"

#include "absl/strings/str_cat.h"
#include "client/cachectl/yaml_output.h"
#include "client/json_text/json_text.h"

namespace cache_invalidation::cachectl {

std::string Render(const Report& report, OutputFormat format) {
  switch (format) {
    case OutputFormat::kTable:
      return report.text;
    case OutputFormat::kJson:
      return absl::StrCat(IndentJson(report.json), "\n");
    case OutputFormat::kYaml:
      return JsonToYaml(report.json);
  }
  return report.text;
}

}  // namespace cache_invalidation::cachectl
