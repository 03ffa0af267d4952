// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/rule_conversion.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/pattern.h"
#include "google/protobuf/util/json_util.h"
#include "protos/internal/v1/rule_file.pb.h"
#include "server/engine/lint.h"
#include "server/engine/prepared_declarations.h"
#include "server/engine/tag_template.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/message_conversion.h"

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

// A rule without targets would have no effect, unnoticed. Compiles the pattern, if there is one.
absl::Status CheckTargets(const v1::Rule& proto, std::optional<Pattern>& pattern) {
  if (proto.invalidate_tags().empty() && proto.pattern().empty() && proto.relationships().empty()) {
    return AtField(
        "invalidate_tags",
        absl::InvalidArgumentError("expected at least one tag, a pattern or a relationship"));
  }
  absl::Status status =
      CheckList("invalidate_tags", proto.invalidate_tags(), 0, kMaxInvalidateTags, CheckTemplate);
  if (!proto.pattern().empty()) {
    absl::StatusOr<Pattern> compiled = Pattern::Compile(proto.pattern());
    status.Update(AtField("pattern", compiled.status()));
    if (compiled.ok()) pattern = *std::move(compiled);
  }
  status.Update(AtField("relationships", CheckCount(static_cast<size_t>(proto.relationships_size()),
                                                    0, kMaxRelationshipsPerRule)));
  for (int i = 0; status.ok() && i < proto.relationships_size(); ++i) {
    status = InElement("relationships", static_cast<size_t>(i),
                       CheckRelationship(proto.relationships(i)));
  }
  return status;
}

// Attached relationships are identified by name, as registered ones are.
absl::Status CompleteRelationships(std::vector<engine::Relationship>& relationships) {
  for (size_t i = 0; i < relationships.size(); ++i) {
    absl::Status status = CompleteRelationship(relationships[i]);
    for (size_t other = 0; status.ok() && other < i; ++other) {
      if (relationships[other].name != relationships[i].name) continue;
      status =
          AtField("name", absl::InvalidArgumentError("expected a name of its own within the rule"));
    }
    if (!status.ok()) return InElement("relationships", i, status);
  }
  return absl::OkStatus();
}

ListIdentity IdentityOf(const v1::ListRulesRequest& request) {
  return {"rules", ToNamespace(request.namespace_()).value_or(""), ""};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const engine::CompiledRule>> ToRule(const v1::Rule& proto) {
  std::optional<Pattern> pattern;
  absl::Status status = AtField("name", CheckName(proto.name()));
  status.Update(
      CheckList("trigger_tags", proto.trigger_tags(), 1, kMaxTriggerTags, CheckTagWithoutWildcard));
  status.Update(CheckTargets(proto, pattern));
  status.Update(ToStrategy(proto.strategy()).status());
  status.Update(AtField("priority", CheckPriority(proto.priority())));
  status.Update(AtField("description", CheckDescription(proto.description())));
  status.Update(CheckList("accepted_warnings", proto.accepted_warnings(), 0, kMaxAcceptedWarnings,
                          engine::CheckWarningName));
  if (!status.ok()) return status;

  engine::Rule rule = *wire::ToRule(proto);
  SortToSet(rule.trigger_tags);
  SortToSet(rule.invalidate_tags);
  SortToSet(rule.accepted_warnings);
  status.Update(CompleteRelationships(rule.relationships));
  if (!status.ok()) return status;
  auto compiled = std::make_shared<const engine::CompiledRule>(std::move(rule), std::move(pattern));
  // Checked last, so that any other error of the rule is reported first.
  if (compiled->condition.has_value()) status = compiled->condition->status();
  if (!status.ok()) return AtField("condition", status);
  return compiled;
}

absl::StatusOr<engine::RegisterRule> ToRegisterRule(const v1::RegisterRuleRequest& request) {
  const absl::Status status = CheckRequestIdField(request.request_id());
  if (!status.ok()) return status;
  const absl::StatusOr<std::shared_ptr<const engine::CompiledRule>> rule = ToRule(request.rule());
  if (!rule.ok()) return InField("rule", rule.status());
  return engine::RegisterRule{(*rule)->rule, engine::Prepare(std::vector{*rule})};
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

void FromRegisterRule(const engine::RegisterRuleResult& result, const AnswerContext& context,
                      v1::RegisterRuleResponse* response) {
  wire::FromRule(result.rule, response->mutable_rule());
  FromStrings(result.warnings, response->mutable_warnings());
  response->set_replaced(result.replaced);
}

absl::Status FromGetRule(const v1::GetRuleRequest& request, const engine::GetRuleResult& result,
                         const AnswerContext& context, v1::GetRuleResponse* response) {
  if (!result.rule) return absl::NotFoundError("no rule has that name");
  wire::FromRule(*result.rule, response->mutable_rule());
  v1::RuleStatistics* statistics = response->mutable_statistics();
  statistics->set_execution_count(result.counters.execution_count);
  statistics->set_condition_errors(result.counters.condition_errors);
  if (result.counters.last_execution) {
    wire::FromTime(*result.counters.last_execution, statistics->mutable_last_execution());
  }
  return absl::OkStatus();
}

absl::Status FromListRules(const v1::ListRulesRequest& request,
                           const engine::ListRulesResult& result, const AnswerContext& context,
                           v1::ListRulesResponse* response) {
  const size_t count = FillPage(result.rules, response->mutable_rules(), wire::FromRule);
  if (result.more || count < result.rules.size()) {
    const engine::Rule& rule = result.rules[count - 1];
    internal::v1::PageToken last;
    last.set_after_priority(rule.priority);
    last.set_after_name(rule.name);
    response->set_next_page_token(MakePageToken(IdentityOf(request), std::move(last)));
  }
  return absl::OkStatus();
}

void FromDeleteRule(const engine::DeleteResult& result, const AnswerContext& context,
                    v1::DeleteRuleResponse* response) {
  response->set_found(result.found);
}

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
    const absl::StatusOr<std::shared_ptr<const engine::CompiledRule>> rule = ToRule(proto);
    if (!rule.ok()) return InElement("rules", rules.size(), rule.status());
    if (!names.insert((*rule)->rule.name).second) {
      return InElement("rules", rules.size(),
                       AtField("name", absl::InvalidArgumentError("expected a name of its own")));
    }
    rules.push_back((*rule)->rule);
  }
  return rules;
}

}  // namespace cache_invalidation::rpc
