#include "server/rpc/conversion/stats_conversion.h"

#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/declaration_conversion.h"
#include "server/wire/time_conversion.h"

namespace cache_invalidation::rpc {
namespace {

void FromRuleDetail(const engine::RuleDetail& detail, v1::RuleDetail* proto) {
  proto->set_name(detail.name);
  proto->set_priority(detail.priority);
  proto->set_strategy(wire::FromStrategy(detail.strategy));
  proto->set_enabled(detail.enabled);
  proto->set_execution_count(detail.counters.execution_count);
  proto->set_condition_errors(detail.counters.condition_errors);
  if (detail.counters.last_execution) {
    wire::FromTime(*detail.counters.last_execution, proto->mutable_last_execution());
  }
}

}  // namespace

absl::StatusOr<engine::GetInvalidationStats> ToGetInvalidationStats(
    const v1::GetInvalidationStatsRequest& request) {
  return engine::GetInvalidationStats{};
}

absl::Status FromGetInvalidationStats(const v1::GetInvalidationStatsRequest& request,
                                      const engine::InvalidationStats& reply,
                                      const AnswerContext& context,
                                      v1::GetInvalidationStatsResponse* response) {
  v1::InvalidationStats* stats = response->mutable_stats();
  stats->set_rules(reply.rules);
  stats->set_relationships(reply.relationships);
  stats->set_total_invalidations(reply.total_invalidations());
  stats->set_immediate_invalidations(reply.immediate_invalidations);
  stats->set_batched_invalidations(reply.batched_invalidations);
  stats->set_lazy_invalidations(reply.lazy_invalidations);
  stats->set_cascade_invalidations(reply.cascade_invalidations);
  stats->set_widened(reply.widened);
  stats->set_pending_targets(reply.pending_targets);
  stats->set_tracked_entries(reply.tracked_entries);
  stats->set_dependency_edges(reply.dependency_edges);
  stats->set_unchecked_fills(reply.unchecked_fills);
  stats->set_refused_fills(reply.refused_fills);
  stats->set_dropped_entries(reply.dropped_entries);
  stats->set_subscribers(context.subscribers(context.namespace_name));
  FromRevision(reply.revision, context.epoch, stats->mutable_position());
  for (const engine::RuleDetail& detail : reply.rule_details) {
    FromRuleDetail(detail, stats->add_rule_details());
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
