#include "client/internal/conversion/stats_conversion.h"

#include "client/internal/conversion/position_conversion.h"
#include "client/internal/conversion/strategy_conversion.h"
#include "client/internal/conversion/time_conversion.h"

namespace cache_invalidation::client::internal {
namespace {

void FillDetail(const RuleDetail& in, v1::RuleDetail* out) {
  out->set_name(in.name);
  out->set_priority(in.priority);
  out->set_strategy(ToProto(in.strategy));
  out->set_enabled(in.enabled);
  out->set_execution_count(in.statistics.execution_count);
  out->set_condition_errors(in.statistics.condition_errors);
  if (in.statistics.last_execution.has_value()) {
    ToProto(*in.statistics.last_execution, out->mutable_last_execution());
  }
}

RuleDetail DetailOf(const v1::RuleDetail& in) {
  RuleDetail out{.name = in.name(),
                 .priority = in.priority(),
                 .strategy = FromProto(in.strategy()),
                 .enabled = in.enabled(),
                 .statistics = {.execution_count = in.execution_count(),
                                .condition_errors = in.condition_errors(),
                                .last_execution = std::nullopt}};
  if (in.has_last_execution()) out.statistics.last_execution = FromProto(in.last_execution());
  return out;
}

}  // namespace

void ToProto(const InvalidationStats& in, v1::InvalidationStats* out) {
  out->set_rules(in.rules);
  out->set_relationships(in.relationships);
  out->set_total_invalidations(in.total_invalidations);
  out->set_immediate_invalidations(in.immediate_invalidations);
  out->set_batched_invalidations(in.batched_invalidations);
  out->set_lazy_invalidations(in.lazy_invalidations);
  out->set_cascade_invalidations(in.cascade_invalidations);
  out->set_widened(in.widened);
  out->set_pending_targets(in.pending_targets);
  out->set_tracked_entries(in.tracked_entries);
  out->set_dependency_edges(in.dependency_edges);
  out->set_unchecked_fills(in.unchecked_fills);
  out->set_refused_fills(in.refused_fills);
  out->set_dropped_entries(in.dropped_entries);
  out->set_subscribers(in.subscribers);
  ToProto(in.position, out->mutable_position());
  for (const RuleDetail& detail : in.rule_details) FillDetail(detail, out->add_rule_details());
}

InvalidationStats FromProto(const v1::InvalidationStats& in) {
  InvalidationStats out{
      .rules = in.rules(),
      .relationships = in.relationships(),
      .total_invalidations = in.total_invalidations(),
      .immediate_invalidations = in.immediate_invalidations(),
      .batched_invalidations = in.batched_invalidations(),
      .lazy_invalidations = in.lazy_invalidations(),
      .cascade_invalidations = in.cascade_invalidations(),
      .widened = in.widened(),
      .pending_targets = in.pending_targets(),
      .tracked_entries = in.tracked_entries(),
      .dependency_edges = in.dependency_edges(),
      .unchecked_fills = in.unchecked_fills(),
      .refused_fills = in.refused_fills(),
      .dropped_entries = in.dropped_entries(),
      .subscribers = in.subscribers(),
      .position = FromProto(in.position()),
      .rule_details = {},
  };
  for (const v1::RuleDetail& detail : in.rule_details()) {
    out.rule_details.push_back(DetailOf(detail));
  }
  return out;
}

}  // namespace cache_invalidation::client::internal
