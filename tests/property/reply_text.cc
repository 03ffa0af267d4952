#include "tests/property/reply_text.h"

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

std::string Describe(const engine::EmptyReply&) { return "Empty"; }

std::string Describe(const engine::InvalidationReply& reply) {
  return absl::StrCat(
      "Invalidation revision=", reply.revision, " invalidations=", reply.invalidations, " rules=[",
      absl::StrJoin(reply.rules_fired, ","), "] widened=", reply.widened,
      " condition_errors=", reply.condition_errors, " pending=", reply.pending_targets);
}

std::string Describe(const engine::InvalidateWithDependenciesReply& reply) {
  return absl::StrCat("InvalidateWithDependencies revision=", reply.revision,
                      " invalidated=", reply.invalidated, " left=", reply.dependents_left);
}

std::string Describe(const engine::FlushReply& reply) {
  return absl::StrCat("Flush revision=", reply.revision, " flushed=", reply.flushed);
}

std::string Describe(const engine::SetBatchDelayReply& reply) {
  return absl::StrCat("SetBatchDelay previous=", absl::FormatDuration(reply.previous_delay));
}

std::string Describe(const engine::RegisterRuleReply& reply) {
  return absl::StrCat("RegisterRule ", Text(reply.rule), " replaced=", reply.replaced);
}

std::string Describe(const engine::RegisterRelationshipReply& reply) {
  return absl::StrCat("RegisterRelationship ", Text(reply.relationship),
                      " replaced=", reply.replaced);
}

std::string Describe(const engine::DeleteReply& reply) {
  return absl::StrCat("Delete found=", reply.found);
}

std::string Describe(const engine::AddCacheDependencyReply& reply) {
  return absl::StrCat("AddCacheDependency added=", reply.added, " invalidated=", reply.invalidated,
                      " revision=", reply.revision);
}

std::string Describe(const engine::RemoveCacheDependencyReply& reply) {
  return absl::StrCat("RemoveCacheDependency removed=", reply.removed);
}

std::string Describe(const engine::TrackEntriesReply& reply) {
  std::string text =
      absl::StrCat("TrackEntries revision=", reply.revision, " dropped=", reply.dropped);
  for (const engine::TrackResult& result : reply.results) {
    absl::StrAppend(&text, " ", result.key, "=", static_cast<int>(result.outcome));
  }
  return text;
}

std::string Describe(const engine::UntrackEntriesReply& reply) {
  return absl::StrCat("UntrackEntries found=", reply.found);
}

std::string Describe(const engine::SweepReply&) { return "Sweep"; }

std::string Describe(const engine::DeleteNamespaceReply& reply) {
  return absl::StrCat("DeleteNamespace found=", reply.found, " revision=", reply.revision);
}

std::string Describe(const engine::GetRuleReply& reply) {
  if (!reply.rule.has_value()) return "GetRule none";
  return absl::StrCat("GetRule ", Text(*reply.rule), Describe(reply.counters));
}

std::string Describe(const engine::ListRulesReply& reply) {
  std::string text = absl::StrCat("ListRules more=", reply.more);
  for (const engine::Rule& rule : reply.rules) absl::StrAppend(&text, " ", Text(rule));
  return text;
}

std::string Describe(const engine::GetRelationshipReply& reply) {
  return absl::StrCat("GetRelationship ",
                      reply.relationship.has_value() ? Text(*reply.relationship) : "none");
}

std::string Describe(const engine::ListRelationshipsReply& reply) {
  std::string text = absl::StrCat("ListRelationships more=", reply.more);
  for (const engine::Relationship& relationship : reply.relationships) {
    absl::StrAppend(&text, " ", Text(relationship));
  }
  return text;
}

std::string Describe(const engine::ListCacheDependenciesReply& reply) {
  std::string text = absl::StrCat("ListCacheDependencies more=", reply.more);
  for (const engine::DependencyEdge& edge : reply.edges) {
    const bool tag = edge.depends_on_kind == engine::NameKind::kTag;
    absl::StrAppend(&text, " {", edge.key, "->", tag ? "tag:" : "key:", edge.depends_on,
                    edge.declared ? " declared" : "", edge.owned ? " owned" : "",
                    " expires=", Time(edge.expires), "}");
  }
  return text;
}

std::string Describe(const engine::LookupEntryReply& reply) {
  return absl::StrCat("LookupEntry state=", static_cast<int>(reply.state),
                      " revision=", reply.revision, " tags=[", absl::StrJoin(reply.tags, ","),
                      "] ttl=", reply.ttl.has_value() ? absl::FormatDuration(*reply.ttl) : "none",
                      " fill=", reply.fill_id);
}

std::string Describe(const engine::ValidateReply& reply) {
  return absl::StrCat("Validate revision=", reply.revision, " ", reply.keys_moved.size(), "/",
                      reply.tags_moved.size());
}

std::string Describe(const engine::ExplainWriteReply&) { return "ExplainWrite"; }

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

std::string Text(const engine::Reply& reply) {
  return std::visit([](const auto& typed) { return Describe(typed); }, reply);
}

}  // namespace cache_invalidation::property
