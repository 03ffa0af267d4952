// SPDX-License-Identifier: Apache-2.0

#include "client/internal/conversion/conversion.h"

namespace cache_invalidation::client::internal {
namespace {

constexpr EnumPair<Cardinality, v1::Cardinality> kCardinalities[] = {
    {Cardinality::kOneToMany, v1::CARDINALITY_ONE_TO_MANY},
    {Cardinality::kOneToOne, v1::CARDINALITY_ONE_TO_ONE},
    {Cardinality::kManyToOne, v1::CARDINALITY_MANY_TO_ONE},
    {Cardinality::kManyToMany, v1::CARDINALITY_MANY_TO_MANY},
};

constexpr EnumPair<DeclarationChange, v1::DeclarationChange> kChanges[] = {
    {DeclarationChange::kUnknown, v1::DECLARATION_CHANGE_UNSPECIFIED},
    {DeclarationChange::kAdded, v1::DECLARATION_CHANGE_ADDED},
    {DeclarationChange::kReplaced, v1::DECLARATION_CHANGE_REPLACED},
    {DeclarationChange::kUnchanged, v1::DECLARATION_CHANGE_UNCHANGED},
    {DeclarationChange::kDeleted, v1::DECLARATION_CHANGE_DELETED},
};

// Set and return the statistics in a message that has them among its fields.

template <typename Message>
void SetStatistics(const RuleStatistics& in, Message* out) {
  out->set_execution_count(in.execution_count);
  out->set_condition_errors(in.condition_errors);
  if (in.last_execution.has_value()) ToProto(*in.last_execution, out->mutable_last_execution());
}

template <typename Message>
RuleStatistics StatisticsOf(const Message& in) {
  return {.execution_count = in.execution_count(),
          .condition_errors = in.condition_errors(),
          .last_execution = FromProtoIf(in.has_last_execution(), in.last_execution())};
}

}  // namespace

void ToProto(const DataRelationship& in, v1::Relationship* out) {
  out->set_name(in.name);
  out->set_source_type(in.source_type);
  ToProto(in.target_types, out->mutable_target_types());
  out->set_cardinality(ToProto(kCardinalities, in.cardinality));
  out->set_cascade_depth(in.cascade_depth);
  out->set_target_tag_template(in.target_tag_template);
  out->set_description(in.description);
  ToProto(in.accepted_warnings, out->mutable_accepted_warnings());
}

DataRelationship FromProto(const v1::Relationship& in) {
  return {.name = in.name(),
          .source_type = in.source_type(),
          .target_types = FromProto(in.target_types()),
          .cardinality = FromProto(kCardinalities, in.cardinality()),
          .cascade_depth =
              in.cascade_depth() == 0 ? DataRelationship().cascade_depth : in.cascade_depth(),
          .target_tag_template = in.target_tag_template(),
          .description = in.description(),
          .accepted_warnings = FromProto(in.accepted_warnings())};
}

void ToProto(const InvalidationRule& in, v1::Rule* out) {
  out->set_name(in.name);
  ToProto(in.trigger_tags, out->mutable_trigger_tags());
  ToProto(in.invalidate_tags, out->mutable_invalidate_tags());
  out->set_pattern(in.pattern);
  out->set_strategy(ToProto(in.strategy));
  out->set_priority(in.priority);
  ToProto(in.relationships, out->mutable_relationships());
  out->set_condition(in.condition);
  out->set_enabled(in.enabled);
  out->set_description(in.description);
  ToProto(in.accepted_warnings, out->mutable_accepted_warnings());
}

InvalidationRule FromProto(const v1::Rule& in) {
  return {.name = in.name(),
          .trigger_tags = FromProto(in.trigger_tags()),
          .invalidate_tags = FromProto(in.invalidate_tags()),
          .pattern = in.pattern(),
          .strategy = FromProto(in.strategy()),
          .priority = in.priority(),
          .relationships = FromProto(in.relationships()),
          .condition = in.condition(),
          .enabled = !in.has_enabled() || in.enabled(),
          .description = in.description(),
          .accepted_warnings = FromProto(in.accepted_warnings())};
}

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
  SetStatistics(in.statistics, out->mutable_statistics());
}

StoredRule FromProto(const v1::GetRuleResponse& in) {
  return {.rule = FromProto(in.rule()), .statistics = StatisticsOf(in.statistics())};
}

void ToProto(const RuleDetail& in, v1::RuleDetail* out) {
  out->set_name(in.name);
  out->set_priority(in.priority);
  out->set_strategy(ToProto(in.strategy));
  out->set_enabled(in.enabled);
  SetStatistics(in.statistics, out);
}

RuleDetail FromProto(const v1::RuleDetail& in) {
  return {.name = in.name(),
          .priority = in.priority(),
          .strategy = FromProto(in.strategy()),
          .enabled = in.enabled(),
          .statistics = StatisticsOf(in)};
}

void ToProto(const RulePage& in, v1::ListRulesResponse* out) {
  ToProto(in.rules, out->mutable_rules());
  out->set_next_page_token(in.next_page_token);
}

RulePage FromProto(const v1::ListRulesResponse& in) {
  return {.rules = FromProto(in.rules()), .next_page_token = in.next_page_token()};
}

void ToProto(const RegisterDataRelationshipParams& in, v1::RegisterRelationshipRequest* out) {
  ToProto(in.relationship, out->mutable_relationship());
}

void ToProto(const GetDataRelationshipParams& in, v1::GetRelationshipRequest* out) {
  out->set_name(in.name);
}

void ToProto(const ListDataRelationshipsParams& in, v1::ListRelationshipsRequest* out) {
  out->set_page_size(in.page_size);
  out->set_page_token(in.page_token);
  out->set_source_type(in.source_type);
}

void ToProto(const DeleteDataRelationshipParams& in, v1::DeleteRelationshipRequest* out) {
  out->set_name(in.name);
}

void ToProto(const RelationshipRegistration& in, v1::RegisterRelationshipResponse* out) {
  ToProto(in.relationship, out->mutable_relationship());
  ToProto(in.warnings, out->mutable_warnings());
  out->set_replaced(in.replaced);
}

RelationshipRegistration FromProto(const v1::RegisterRelationshipResponse& in) {
  return {.relationship = FromProto(in.relationship()),
          .warnings = FromProto(in.warnings()),
          .replaced = in.replaced()};
}

DataRelationship FromProto(const v1::GetRelationshipResponse& in) {
  return FromProto(in.relationship());
}

void ToProto(const RelationshipPage& in, v1::ListRelationshipsResponse* out) {
  ToProto(in.relationships, out->mutable_relationships());
  out->set_next_page_token(in.next_page_token);
}

RelationshipPage FromProto(const v1::ListRelationshipsResponse& in) {
  return {.relationships = FromProto(in.relationships()), .next_page_token = in.next_page_token()};
}

void ToProto(const ApplyDeclarationsParams& in, v1::ApplyDeclarationsRequest* out) {
  ToProto(in.declarations.rules, out->mutable_rules());
  ToProto(in.declarations.relationships, out->mutable_relationships());
  out->set_validate_only(in.validate_only);
  out->set_prune(in.prune);
}

void ToProto(const DeclarationResult& in, v1::DeclarationResult* out) {
  out->set_name(in.name);
  out->set_change(ToProto(kChanges, in.change));
  ToProto(in.warnings, out->mutable_warnings());
}

DeclarationResult FromProto(const v1::DeclarationResult& in) {
  return {.name = in.name(),
          .change = FromProto(kChanges, in.change()),
          .warnings = FromProto(in.warnings())};
}

void ToProto(const ApplyDeclarationsResult& in, v1::ApplyDeclarationsResponse* out) {
  ToProto(in.rules, out->mutable_rules());
  ToProto(in.relationships, out->mutable_relationships());
  out->set_more_warnings(in.more_warnings);
}

ApplyDeclarationsResult FromProto(const v1::ApplyDeclarationsResponse& in) {
  return {.rules = FromProto(in.rules()),
          .relationships = FromProto(in.relationships()),
          .more_warnings = in.more_warnings()};
}

}  // namespace cache_invalidation::client::internal
