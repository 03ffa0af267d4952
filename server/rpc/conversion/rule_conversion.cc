#include "server/rpc/conversion/rule_conversion.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/condition/condition.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/pattern.h"
#include "server/engine/lint.h"
#include "server/engine/tag_template.h"
#include "server/rpc/conversion/field_error.h"
#include "server/rpc/conversion/page.h"
#include "server/rpc/conversion/relationship_conversion.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {
namespace {

absl::Status CheckPriority(int32_t priority) {
  if (priority >= kMinPriority && priority <= kMaxPriority) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", kMinPriority, " to ", kMaxPriority, ", got ", priority));
}

absl::Status CheckTemplate(absl::string_view text) {
  absl::Status status = engine::TagTemplate::Parse(text).status();
  status.Update(CheckTagWithoutWildcard(text));
  return status;
}

// A rule without targets would have no effect, unnoticed.
absl::Status CheckTargets(const v1::Rule& proto) {
  if (proto.invalidate_tags().empty() && proto.pattern().empty() && proto.relationships().empty()) {
    return AtField(
        "invalidate_tags",
        absl::InvalidArgumentError("expected at least one tag, a pattern or a relationship"));
  }
  absl::Status status =
      CheckList("invalidate_tags", proto.invalidate_tags(), 0, kMaxInvalidateTags, CheckTemplate);
  if (!proto.pattern().empty()) {
    status.Update(AtField("pattern", Pattern::Compile(proto.pattern()).status()));
  }
  status.Update(AtField("relationships", CheckCount(static_cast<size_t>(proto.relationships_size()),
                                                    0, kMaxRelationshipsPerRule)));
  return status;
}

// Attached relationships are identified by name, as registered ones are.
absl::Status AddRelationships(const v1::Rule& proto, engine::Rule& rule) {
  for (size_t i = 0; i < static_cast<size_t>(proto.relationships_size()); ++i) {
    absl::StatusOr<engine::Relationship> added =
        ToRelationship(proto.relationships(static_cast<int>(i)));
    if (!added.ok()) return InElement("relationships", i, added.status());
    for (const engine::Relationship& other : rule.relationships) {
      if (other.name != added->name) continue;
      return InElement("relationships", i,
                       AtField("name", absl::InvalidArgumentError(
                                           "expected a name of its own within the rule")));
    }
    rule.relationships.push_back(*std::move(added));
  }
  return absl::OkStatus();
}

ListIdentity IdentityOf(const v1::ListRulesRequest& request) {
  return {"rules", ToNamespace(request.namespace_()).value_or(""), ""};
}

}  // namespace

absl::StatusOr<engine::Rule> ToRule(const v1::Rule& proto) {
  absl::Status status = AtField("name", CheckName(proto.name()));
  status.Update(
      CheckList("trigger_tags", proto.trigger_tags(), 1, kMaxTriggerTags, CheckTagWithoutWildcard));
  status.Update(CheckTargets(proto));
  const absl::StatusOr<engine::Strategy> strategy = ToStrategy(proto.strategy());
  status.Update(strategy.status());
  status.Update(AtField("priority", CheckPriority(proto.priority())));
  status.Update(AtField("description", CheckDescription(proto.description())));
  status.Update(CheckList("accepted_warnings", proto.accepted_warnings(), 0, kMaxAcceptedWarnings,
                          engine::CheckWarningName));
  if (!status.ok()) return status;

  engine::Rule rule;
  rule.name = proto.name();
  rule.trigger_tags = ToSortedSet(proto.trigger_tags());
  rule.invalidate_tags = ToSortedSet(proto.invalidate_tags());
  rule.pattern = proto.pattern();
  rule.strategy = *strategy;
  rule.priority = proto.priority();
  rule.condition = proto.condition();
  rule.enabled = !proto.has_enabled() || proto.enabled();
  rule.description = proto.description();
  rule.accepted_warnings = ToSortedSet(proto.accepted_warnings());
  status.Update(AddRelationships(proto, rule));
  // Last, so that all other errors are reported first.
  status.Update(AtField("condition", CheckCondition(rule.condition)));
  if (!status.ok()) return status;
  return rule;
}

void FromRule(const engine::Rule& rule, v1::Rule* proto) {
  proto->set_name(rule.name);
  FromStrings(rule.trigger_tags, proto->mutable_trigger_tags());
  FromStrings(rule.invalidate_tags, proto->mutable_invalidate_tags());
  proto->set_pattern(rule.pattern);
  proto->set_strategy(FromStrategy(rule.strategy));
  proto->set_priority(rule.priority);
  for (const engine::Relationship& relationship : rule.relationships) {
    FromRelationship(relationship, proto->add_relationships());
  }
  proto->set_condition(rule.condition);
  proto->set_enabled(rule.enabled);
  proto->set_description(rule.description);
  FromStrings(rule.accepted_warnings, proto->mutable_accepted_warnings());
}

absl::StatusOr<engine::RegisterRule> ToRegisterRule(const v1::RegisterRuleRequest& request) {
  const absl::Status status = CheckRequestIdField(request.request_id());
  if (!status.ok()) return status;
  absl::StatusOr<engine::Rule> rule = ToRule(request.rule());
  if (!rule.ok()) return InField("rule", rule.status());
  return engine::RegisterRule{*std::move(rule)};
}

absl::StatusOr<engine::GetRule> ToGetRule(const v1::GetRuleRequest& request) {
  const absl::Status status = AtField("name", CheckName(request.name()));
  if (!status.ok()) return status;
  return engine::GetRule{request.name()};
}

absl::StatusOr<engine::ListRules> ToListRules(const v1::ListRulesRequest& request,
                                              google::protobuf::Arena& arena) {
  const absl::StatusOr<uint32_t> limit = ToPageLimit(request.page_size());
  absl::Status status = limit.status();
  const auto after = ReadPageToken(IdentityOf(request), request.page_token(), arena);
  status.Update(after.status());
  if (!status.ok()) return status;
  return engine::ListRules{(*after)->after_priority(), (*after)->after_name(), *limit};
}

absl::StatusOr<engine::DeleteRule> ToDeleteRule(const v1::DeleteRuleRequest& request) {
  absl::Status status = AtField("name", CheckName(request.name()));
  status.Update(CheckRequestIdField(request.request_id()));
  if (!status.ok()) return status;
  return engine::DeleteRule{request.name()};
}

absl::Status FromRegisterRule(const v1::RegisterRuleRequest& request,
                              const engine::RegisterRuleReply& reply, const AnswerContext& context,
                              v1::RegisterRuleResponse* response) {
  FromRule(reply.rule, response->mutable_rule());
  FromStrings(reply.warnings, response->mutable_warnings());
  response->set_replaced(reply.replaced);
  return absl::OkStatus();
}

absl::Status FromGetRule(const v1::GetRuleRequest& request, const engine::GetRuleReply& reply,
                         const AnswerContext& context, v1::GetRuleResponse* response) {
  if (!reply.rule) return absl::NotFoundError("no rule has that name");
  FromRule(*reply.rule, response->mutable_rule());
  v1::RuleStatistics* statistics = response->mutable_statistics();
  statistics->set_execution_count(reply.counters.execution_count);
  statistics->set_condition_errors(reply.counters.condition_errors);
  if (reply.counters.last_execution) {
    FromTime(*reply.counters.last_execution, statistics->mutable_last_execution());
  }
  return absl::OkStatus();
}

absl::Status FromListRules(const v1::ListRulesRequest& request, const engine::ListRulesReply& reply,
                           const AnswerContext& context, v1::ListRulesResponse* response) {
  const size_t count = FillPage(reply.rules, response->mutable_rules(), FromRule);
  if (reply.more || count < reply.rules.size()) {
    const engine::Rule& rule = reply.rules[count - 1];
    internal::v1::PageToken last;
    last.set_after_priority(rule.priority);
    last.set_after_name(rule.name);
    response->set_next_page_token(MakePageToken(IdentityOf(request), std::move(last)));
  }
  return absl::OkStatus();
}

absl::Status FromDeleteRule(const v1::DeleteRuleRequest& request, const engine::DeleteReply& reply,
                            const AnswerContext& context, v1::DeleteRuleResponse* response) {
  response->set_found(reply.found);
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
