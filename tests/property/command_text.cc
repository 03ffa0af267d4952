// SPDX-License-Identifier: Apache-2.0

#include "tests/property/command_text.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cache_invalidation::property {
namespace {

constexpr const char* kStrategies[] = {"IMMEDIATE", "BATCHED", "LAZY", "CASCADE"};

template <typename Names>
std::string List(absl::string_view label, const Names& names) {
  if (names.empty()) return "";
  return absl::StrCat(" ", label, "=[", absl::StrJoin(names, ", "), "]");
}

std::string Flag(absl::string_view label, bool set) {
  return set ? absl::StrCat(" ", label) : std::string();
}

std::string Quoted(absl::string_view text) {
  return text.empty() ? std::string() : absl::StrCat(" '", text, "'");
}

std::string Depends(const engine::DependencyNames& names) {
  return absl::StrCat(List("on", names.names), List("on_keys", names.keys),
                      List("on_tags", names.tags));
}

std::string At(const std::optional<engine::PositionView>& position) {
  if (!position.has_value()) return "";
  return absl::StrCat(" at=", position->epoch, "/", position->revision);
}

std::string Ttl(const std::optional<absl::Duration>& ttl) {
  return ttl.has_value() ? absl::StrCat(" ttl=", absl::FormatDuration(*ttl)) : "";
}

std::string Describe(const engine::WriteEvent& write) {
  return absl::StrCat(
      "{", write.resource_type, " '", write.resource_id, "'", List("tags", write.tags),
      write.context == nullptr ? "" : absl::StrCat(" ", Text(write.context->Get())), "}");
}

std::string Describe(const engine::InvalidateByWrites& command) {
  std::string text = absl::StrCat("InvalidateByWrites", Flag("immediate", command.immediate));
  for (const engine::WriteEvent& write : command.writes) {
    absl::StrAppend(&text, " ", Describe(write));
  }
  return text;
}

std::string Describe(const engine::Invalidate& command) {
  return absl::StrCat("Invalidate ", kStrategies[static_cast<int>(command.strategy)],
                      List("tags", command.tags), List("keys", command.keys),
                      command.pattern.empty() ? "" : absl::StrCat(" pattern=", command.pattern),
                      Flag("everything", command.everything), Flag("immediate", command.immediate));
}

std::string Describe(const engine::InvalidateWithDependencies& command) {
  return absl::StrCat("InvalidateWithDependencies ", command.key,
                      Flag("recursive", command.recursive));
}

std::string Describe(const engine::FlushPendingInvalidations&) {
  return "FlushPendingInvalidations";
}

std::string Describe(const engine::FlushBatch& command) {
  return absl::StrCat("FlushBatch ", command.generation);
}

std::string Describe(const engine::SetBatchDelay& command) {
  return absl::StrCat("SetBatchDelay ", absl::FormatDuration(command.delay));
}

std::string Describe(const engine::RegisterRule& command) {
  return absl::StrCat("RegisterRule ", Text(command.rule));
}

std::string Describe(const engine::DeleteRule& command) {
  return absl::StrCat("DeleteRule ", command.name);
}

std::string Describe(const engine::RegisterRelationship& command) {
  return absl::StrCat("RegisterRelationship ", Text(command.relationship));
}

std::string Describe(const engine::DeleteRelationship& command) {
  return absl::StrCat("DeleteRelationship ", command.name);
}

std::string Describe(const engine::ApplyDeclarations& command) {
  std::string text = absl::StrCat("ApplyDeclarations", Flag("prune", command.prune));
  for (const engine::Rule& rule : command.rules) absl::StrAppend(&text, " ", Text(rule));
  for (const engine::Relationship& relationship : command.relationships) {
    absl::StrAppend(&text, " ", Text(relationship));
  }
  return text;
}

std::string Describe(const engine::AddCacheDependency& command) {
  return absl::StrCat("AddCacheDependency ", command.key, Depends(command.depends_on),
                      Ttl(command.ttl), At(command.position));
}

std::string Describe(const engine::RemoveCacheDependency& command) {
  return absl::StrCat("RemoveCacheDependency ", command.key, Depends(command.depends_on));
}

std::string Describe(const engine::TrackEntries& command) {
  std::string text = "TrackEntries";
  for (const engine::TrackedEntry& entry : command.entries) {
    absl::StrAppend(&text, " {", entry.key, List("tags", entry.tags), Depends(entry.depends_on),
                    Ttl(entry.ttl), At(entry.position),
                    Flag("only_tracked", entry.only_tracked_keys), Quoted(entry.fill_id), "}");
  }
  return text;
}

std::string Describe(const engine::UntrackEntries& command) {
  return absl::StrCat("UntrackEntries", List("keys", command.keys));
}

std::string Describe(const engine::Sweep& command) {
  return absl::StrCat("Sweep ", command.limit, " floor ", command.floor);
}

std::string Describe(const engine::CreateNamespace& command) {
  std::string text = "CreateNamespace";
  for (const engine::Rule& rule : command.default_rules) absl::StrAppend(&text, " ", Text(rule));
  if (command.after != 0) absl::StrAppend(&text, " after ", command.after);
  return text;
}

std::string Describe(const engine::DeleteNamespace&) { return "DeleteNamespace"; }

std::string Describe(const engine::GetRule& query) { return absl::StrCat("GetRule ", query.name); }

std::string Describe(const engine::ListRules& query) {
  return absl::StrCat("ListRules after=", query.after_priority, "/", query.after_name,
                      " limit=", query.limit);
}

std::string Describe(const engine::GetRelationship& query) {
  return absl::StrCat("GetRelationship ", query.name);
}

std::string Describe(const engine::ListRelationships& query) {
  return absl::StrCat("ListRelationships source=", query.source_type, " after=", query.after_name,
                      " limit=", query.limit);
}

std::string Describe(const engine::ListCacheDependencies& query) {
  return absl::StrCat("ListCacheDependencies ", query.name, Flag("dependents", query.dependents),
                      " after=", query.after_key, "/", query.after_name, " limit=", query.limit);
}

std::string Describe(const engine::LookupEntry& query) {
  return absl::StrCat("LookupEntry ", query.key);
}

std::string Describe(const engine::Validate& query) {
  std::string text =
      absl::StrCat("Validate at=", query.position.epoch, "/", query.position.revision);
  for (const engine::KeyWithTags& key : query.keys) {
    absl::StrAppend(&text, " {", key.key, List("tags", key.tags), Quoted(key.fill_id), "}");
  }
  return absl::StrCat(text, List("tags", query.tags));
}

std::string Describe(const engine::ExplainWrite& query) {
  return absl::StrCat("ExplainWrite ", Describe(query.write), " key=", query.key,
                      List("key_tags", query.key_tags));
}

std::string Describe(const engine::GetInvalidationStats&) { return "GetInvalidationStats"; }

std::string Describe(const engine::ValidateDeclarations& query) {
  return absl::StrCat("Validate", Describe(query.declarations));
}

}  // namespace

std::string Text(const JsonValue& value) {
  if (value.as_bool() != nullptr) return *value.as_bool() ? "true" : "false";
  if (value.as_number() != nullptr) return absl::StrCat(*value.as_number());
  if (value.as_string() != nullptr) return absl::StrCat("\"", *value.as_string(), "\"");
  if (value.as_list() != nullptr) {
    return absl::StrCat("[",
                        absl::StrJoin(*value.as_list(), ",",
                                      [](std::string* out, const JsonValue& element) {
                                        absl::StrAppend(out, Text(element));
                                      }),
                        "]");
  }
  if (value.as_object() != nullptr) {
    return absl::StrCat("{",
                        absl::StrJoin(*value.as_object(), ",",
                                      [](std::string* out, const auto& member) {
                                        absl::StrAppend(out, member.first, ":",
                                                        Text(member.second));
                                      }),
                        "}");
  }
  return "null";
}

std::string Text(const engine::Relationship& relationship) {
  return absl::StrCat("{", relationship.name, " ", relationship.source_type, "->",
                      absl::StrJoin(relationship.target_types, "+"),
                      " depth=", relationship.cascade_depth,
                      relationship.target_tag_template.empty()
                          ? ""
                          : absl::StrCat(" template=", relationship.target_tag_template),
                      " cardinality=", static_cast<int>(relationship.cardinality),
                      Quoted(relationship.description), "}");
}

std::string Text(const engine::Rule& rule) {
  std::string text =
      absl::StrCat("{", rule.name, " ", kStrategies[static_cast<int>(rule.strategy)],
                   " priority=", rule.priority, List("triggers", rule.trigger_tags),
                   List("tags", rule.invalidate_tags),
                   rule.pattern.empty() ? "" : absl::StrCat(" pattern=", rule.pattern),
                   rule.condition.empty() ? "" : absl::StrCat(" condition=", rule.condition),
                   Flag("disabled", !rule.enabled), Quoted(rule.description));
  for (const engine::Relationship& attached : rule.relationships) {
    absl::StrAppend(&text, " ", Text(attached));
  }
  return absl::StrCat(text, "}");
}

std::string Text(const engine::Command& command) {
  return std::visit([](const auto& typed) { return Describe(typed); }, command);
}

std::string Text(const engine::Query& query) {
  return std::visit([](const auto& typed) { return Describe(typed); }, query);
}

}  // namespace cache_invalidation::property
