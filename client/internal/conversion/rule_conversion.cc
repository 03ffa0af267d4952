#include "client/internal/conversion/rule_conversion.h"

#include "client/internal/conversion/relationship_conversion.h"
#include "client/internal/conversion/repeated.h"
#include "client/internal/conversion/strategy_conversion.h"
#include "client/internal/conversion/time_conversion.h"

namespace cache_invalidation::client::internal {

void ToProto(const InvalidationRule& in, v1::Rule* out) {
  out->set_name(in.name);
  ToProto(in.trigger_tags, out->mutable_trigger_tags());
  ToProto(in.invalidate_tags, out->mutable_invalidate_tags());
  out->set_pattern(in.pattern);
  out->set_strategy(ToProto(in.strategy));
  out->set_priority(in.priority);
  for (const DataRelationship& relationship : in.relationships) {
    ToProto(relationship, out->add_relationships());
  }
  out->set_condition(in.condition);
  out->set_enabled(in.enabled);
  out->set_description(in.description);
  ToProto(in.accepted_warnings, out->mutable_accepted_warnings());
}

InvalidationRule FromProto(const v1::Rule& in) {
  InvalidationRule out{.name = in.name(),
                       .trigger_tags = FromProto(in.trigger_tags()),
                       .invalidate_tags = FromProto(in.invalidate_tags()),
                       .pattern = in.pattern(),
                       .strategy = FromProto(in.strategy()),
                       .priority = in.priority(),
                       .condition = in.condition(),
                       .enabled = !in.has_enabled() || in.enabled(),
                       .description = in.description(),
                       .accepted_warnings = FromProto(in.accepted_warnings())};
  for (const v1::Relationship& relationship : in.relationships()) {
    out.relationships.push_back(FromProto(relationship));
  }
  return out;
}

void ToProto(const RuleStatistics& in, v1::RuleStatistics* out) {
  out->set_execution_count(in.execution_count);
  out->set_condition_errors(in.condition_errors);
  if (in.last_execution.has_value()) ToProto(*in.last_execution, out->mutable_last_execution());
}

RuleStatistics FromProto(const v1::RuleStatistics& in) {
  RuleStatistics out{.execution_count = in.execution_count(),
                     .condition_errors = in.condition_errors(),
                     .last_execution = std::nullopt};
  if (in.has_last_execution()) out.last_execution = FromProto(in.last_execution());
  return out;
}

}  // namespace cache_invalidation::client::internal
