// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/table_rules.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace cache_invalidation::connect {

absl::Status TableRules::Add(TableRule rule) {
  auto pattern =
      std::make_shared<const re2::RE2>(absl::StrCat("\\A(?:", rule.match, ")\\z"), re2::RE2::Quiet);
  if (!pattern->ok()) {
    return absl::InvalidArgumentError(absl::StrCat("match: ", pattern->error()));
  }
  std::string error;
  std::vector<std::string> texts = rule.tags;
  texts.push_back(rule.id_prefix);
  for (const std::string& text : texts) {
    if (!pattern->CheckRewriteString(text, &error)) {
      return absl::InvalidArgumentError(absl::StrCat("\"", text, "\": ", error));
    }
  }
  change::TypeMapping types;
  if (!rule.type.empty()) {
    auto mapping = change::TypeMapping::Parse({absl::StrCat(rule.match, "=", rule.type)});
    if (!mapping.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("type: ", mapping.status().message()));
    }
    types = *std::move(mapping);
  }
  rules_.push_back({std::move(rule), std::move(pattern), std::move(types)});
  return absl::OkStatus();
}

TableTreatment TableRules::Of(absl::string_view schema, absl::string_view table) const {
  const std::string name =
      schema == "public" ? std::string(table) : absl::StrCat(schema, ".", table);
  for (const Compiled& compiled : rules_) {
    const auto filled = [&](const std::string& text) {
      std::string out;
      re2::RE2::Extract(name, *compiled.pattern, text, &out);
      return out;
    };
    const TableRule& rule = compiled.rule;
    if (!re2::RE2::FullMatch(name, *compiled.pattern)) continue;
    TableTreatment out{.ignore = rule.ignore,
                       .types = compiled.types,
                       .id_prefix = filled(rule.id_prefix),
                       .key = rule.key};
    for (const std::string& tag : rule.tags) out.tags.push_back(filled(tag));
    return out;
  }
  return {};
}

}  // namespace cache_invalidation::connect
