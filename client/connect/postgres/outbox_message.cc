// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/outbox_message.h"

#include "absl/strings/str_cat.h"
#include "client/json_text/json_text.h"
#include "common/names.h"
#include "common/pattern.h"

namespace cache_invalidation::connect {
namespace {

absl::Status Wrong(absl::string_view member, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(member, ": ", what));
}

absl::Status ReadTexts(const std::string& member, const JsonText& value,
                       absl::Status (*check)(absl::string_view), std::set<std::string>& out) {
  if (value.kind != JsonText::Kind::kList) return Wrong(member, "expected a list");
  for (const JsonText& element : value.elements) {
    if (element.kind != JsonText::Kind::kString) return Wrong(member, "expected texts");
    const absl::Status status = check(element.text);
    if (!status.ok()) return Wrong(member, status.message());
    out.insert(element.text);
  }
  return absl::OkStatus();
}

absl::Status CheckPattern(absl::string_view pattern) { return Pattern::Compile(pattern).status(); }

absl::Status ReadMember(const std::string& name, const JsonText& value, OutboxTargets& out) {
  if (name == "tags") return ReadTexts(name, value, CheckTagWithoutWildcard, out.tags);
  if (name == "keys") return ReadTexts(name, value, CheckKey, out.keys);
  if (name == "types") return ReadTexts(name, value, CheckType, out.types);
  if (name == "patterns") return ReadTexts(name, value, CheckPattern, out.patterns);
  if (name != "everything") return Wrong(name, "no such member");
  if (value.kind != JsonText::Kind::kBool) return Wrong(name, "expected true or false");
  out.everything = value.text == "true";
  return absl::OkStatus();
}

}  // namespace

void OutboxTargets::Merge(OutboxTargets other) {
  tags.merge(other.tags);
  keys.merge(other.keys);
  types.merge(other.types);
  patterns.merge(other.patterns);
  everything = everything || other.everything;
  const bool fits =
      tags.size() + keys.size() + types.size() <= kMaxNames && patterns.size() <= kMaxPatterns;
  if (!fits) *this = {.everything = true};
}

absl::StatusOr<OutboxTargets> ParseOutboxMessage(absl::string_view content) {
  const absl::StatusOr<JsonText> json = ParseJson(content);
  if (!json.ok()) return json.status();
  if (json->kind != JsonText::Kind::kObject) {
    return absl::InvalidArgumentError("expected a JSON object");
  }
  OutboxTargets out;
  for (const auto& [name, value] : json->members) {
    const absl::Status status = ReadMember(name, value, out);
    if (!status.ok()) return status;
  }
  return out;
}

}  // namespace cache_invalidation::connect
