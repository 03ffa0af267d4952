// SPDX-License-Identifier: Apache-2.0

#include "tests/property/result_text.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/property/command_text.h"

namespace cache_invalidation::property {
namespace {

std::string Time(const std::optional<absl::Time>& time) {
  return time.has_value() ? absl::FormatTime(*time, absl::UTCTimeZone()) : "none";
}

std::string Describe(const engine::RuleCounters& counters) {
  return absl::StrCat(" executions=", counters.execution_count,
                      " errors=", counters.condition_errors,
                      " last=", Time(counters.last_execution));
}

std::string Describe(const engine::EmptyResult&) { return "Empty"; }

std::string Describe(const engine::InvalidationResult& result) {
  return absl::StrCat(
      "Invalidation revision=", result.revision, " invalidations=", result.invalidations,
      " rules=[", absl::StrJoin(result.rules_fired, ","), "] widened=", result.widened,
      " condition_errors=", result.condition_errors, " pending=", result.pending_targets);
}

std::string Describe(const engine::InvalidateWithDependenciesResult& result) {
  return absl::StrCat("InvalidateWithDependencies revision=", result.revision,
                      " invalidated=", result.invalidated, " left=", result.dependents_left);
}

std::string Describe(const engine::FlushResult& result) {
  return absl::StrCat("Flush revision=", result.revision, " flushed=", result.flushed);
}

std::string Describe(const engine::SetBatchDelayResult& result) {
  return absl::StrCat("SetBatchDelay previous=", absl::FormatDuration(result.previous_delay));
}

std::string Describe(const engine::RegisterRuleResult& result) {
  return absl::StrCat("RegisterRule ", Text(result.rule), " replaced=", result.replaced);
}

std::string Describe(const engine::RegisterRelationshipResult& result) {
  return absl::StrCat("RegisterRelationship ", Text(result.relationship),
                      " replaced=", result.replaced);
}

std::string Describe(const engine::DeleteResult& result) {
  return absl::StrCat("Delete found=", result.found);
}

std::string Describe(const engine::AddCacheDependencyResult& result) {
  return absl::StrCat("AddCacheDependency added=", result.added,
                      " invalidated=", result.invalidated, " revision=", result.revision);
}

std::string Describe(const engine::RemoveCacheDependencyResult& result) {
  return absl::StrCat("RemoveCacheDependency removed=", result.removed);
}

std::string Describe(const engine::TrackEntriesResult& result) {
  std::string text =
      absl::StrCat("TrackEntries revision=", result.revision, " dropped=", result.dropped);
  for (const engine::TrackResult& fill : result.results) {
    absl::StrAppend(&text, " ", fill.key, "=", static_cast<int>(fill.outcome));
  }
  return text;
}

std::string Describe(const engine::UntrackEntriesResult& result) {
  return absl::StrCat("UntrackEntries found=", result.found);
}

// Warnings are compared elsewhere.
std::string Describe(const engine::ApplyDeclarationsResult& result) {
  std::string text = "ApplyDeclarations";
  if (!result.refusal.ok()) {
    absl::StrAppend(&text, " refused ", absl::StatusCodeToString(result.refusal.code()));
  }
  for (const auto* results : {&result.rules, &result.relationships}) {
    for (const engine::DeclarationResult& one : *results) {
      absl::StrAppend(&text, " ", one.name, "=", static_cast<int>(one.change));
    }
    absl::StrAppend(&text, ";");
  }
  return text;
}

std::string Describe(const engine::SweepResult&) { return "Sweep"; }

std::string Describe(const engine::DeleteNamespaceResult& result) {
  return absl::StrCat("DeleteNamespace found=", result.found, " revision=", result.revision);
}

std::string Describe(const engine::GetRuleResult& result) {
  if (!result.rule.has_value()) return "GetRule none";
  return absl::StrCat("GetRule ", Text(*result.rule), Describe(result.counters));
}

std::string Describe(const engine::ListRulesResult& result) {
  std::string text = absl::StrCat("ListRules more=", result.more);
  for (const engine::Rule& rule : result.rules) absl::StrAppend(&text, " ", Text(rule));
  return text;
}

std::string Describe(const engine::GetRelationshipResult& result) {
  return absl::StrCat("GetRelationship ",
                      result.relationship.has_value() ? Text(*result.relationship) : "none");
}

std::string Describe(const engine::ListRelationshipsResult& result) {
  std::string text = absl::StrCat("ListRelationships more=", result.more);
  for (const engine::Relationship& relationship : result.relationships) {
    absl::StrAppend(&text, " ", Text(relationship));
  }
  return text;
}

std::string Describe(const engine::ListCacheDependenciesResult& result) {
  std::string text = absl::StrCat("ListCacheDependencies more=", result.more);
  for (const engine::DependencyEdge& edge : result.edges) {
    const bool tag = edge.depends_on_kind == engine::NameKind::kTag;
    absl::StrAppend(&text, " {", edge.key, "->", tag ? "tag:" : "key:", edge.depends_on,
                    edge.declared ? " declared" : "", edge.owned ? " owned" : "",
                    " expires=", Time(edge.expires), "}");
  }
  return text;
}

std::string Describe(const engine::LookupEntryResult& result) {
  return absl::StrCat("LookupEntry state=", static_cast<int>(result.state),
                      " revision=", result.revision, " tags=[", absl::StrJoin(result.tags, ","),
                      "] ttl=", result.ttl.has_value() ? absl::FormatDuration(*result.ttl) : "none",
                      " fill=", result.fill_id);
}

std::string Describe(const engine::ValidateResult& result) {
  return absl::StrCat("Validate revision=", result.revision, " ", result.keys_moved.size(), "/",
                      result.tags_moved.size());
}

std::string Describe(const engine::ExplainWriteResult&) { return "ExplainWrite"; }

std::string Describe(const engine::InvalidationStats& stats) {
  std::string text = absl::StrCat(
      "Stats rules=", stats.rules, " relationships=", stats.relationships,
      " immediate=", stats.immediate_invalidations, " batched=", stats.batched_invalidations,
      " lazy=", stats.lazy_invalidations, " cascade=", stats.cascade_invalidations);
  absl::StrAppend(&text, " widened=", stats.widened, " pending=", stats.pending_targets,
                  " unchecked=", stats.unchecked_fills, " refused=", stats.refused_fills,
                  " dropped=", stats.dropped_entries, " revision=", stats.revision);
  for (const engine::RuleDetail& rule : stats.rule_details) {
    absl::StrAppend(&text, " {", rule.name, " ", rule.priority, " ",
                    static_cast<int>(rule.strategy), rule.enabled ? "" : " disabled",
                    Describe(rule.counters), "}");
  }
  return text;
}

}  // namespace

std::string Text(const engine::Result& result) {
  return std::visit([](const auto& typed) { return Describe(typed); }, result);
}

}  // namespace cache_invalidation::property
