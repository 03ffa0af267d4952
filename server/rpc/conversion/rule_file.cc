#include "server/rpc/conversion/rule_file.h"

#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "protos/internal/v1/rule_file.pb.h"
#include "server/rpc/conversion/field_error.h"
#include "server/rpc/conversion/rule_conversion.h"

namespace cache_invalidation::rpc {

absl::StatusOr<std::vector<engine::Rule>> ParseRuleFile(absl::string_view json) {
  internal::v1::RuleFile file;
  const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(json), &file);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected {\"rules\": [...]} in JSON: ", parsed.message().as_string()));
  }
  std::vector<engine::Rule> rules;
  std::set<std::string> names;
  for (const v1::Rule& proto : file.rules()) {
    absl::StatusOr<engine::Rule> rule = ToRule(proto);
    if (!rule.ok()) return InElement("rules", rules.size(), rule.status());
    if (!names.insert(rule->name).second) {
      return InElement("rules", rules.size(),
                       AtField("name", absl::InvalidArgumentError("expected a name of its own")));
    }
    rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace cache_invalidation::rpc
