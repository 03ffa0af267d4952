#include "client/internal/conversion/rule_service_conversion.h"

#include "client/internal/conversion/repeated.h"
#include "client/internal/conversion/rule_conversion.h"

namespace cache_invalidation::client::internal {

void ToProto(const RegisterInvalidationRuleParams& in, v1::RegisterRuleRequest* out) {
  ToProto(in.rule, out->mutable_rule());
}

void ToProto(const GetInvalidationRuleParams& in, v1::GetRuleRequest* out) {
  out->set_name(in.name);
}

void ToProto(const ListInvalidationRulesParams& in, v1::ListRulesRequest* out) {
  out->set_page_size(in.page_size);
  out->set_page_token(in.page_token);
}

void ToProto(const DeleteInvalidationRuleParams& in, v1::DeleteRuleRequest* out) {
  out->set_name(in.name);
}

void ToProto(const RuleRegistration& in, v1::RegisterRuleResponse* out) {
  ToProto(in.rule, out->mutable_rule());
  ToProto(in.warnings, out->mutable_warnings());
  out->set_replaced(in.replaced);
}

RuleRegistration FromProto(const v1::RegisterRuleResponse& in) {
  return {.rule = FromProto(in.rule()),
          .warnings = FromProto(in.warnings()),
          .replaced = in.replaced()};
}

void ToProto(const StoredRule& in, v1::GetRuleResponse* out) {
  ToProto(in.rule, out->mutable_rule());
  ToProto(in.statistics, out->mutable_statistics());
}

StoredRule FromProto(const v1::GetRuleResponse& in) {
  return {.rule = FromProto(in.rule()), .statistics = FromProto(in.statistics())};
}

void ToProto(const RulePage& in, v1::ListRulesResponse* out) {
  for (const InvalidationRule& rule : in.rules) ToProto(rule, out->add_rules());
  out->set_next_page_token(in.next_page_token);
}

RulePage FromProto(const v1::ListRulesResponse& in) {
  RulePage out{.rules = {}, .next_page_token = in.next_page_token()};
  for (const v1::Rule& rule : in.rules()) out.rules.push_back(FromProto(rule));
  return out;
}

}  // namespace cache_invalidation::client::internal
