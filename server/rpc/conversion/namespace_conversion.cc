// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/namespace_conversion.h"

#include <cstdint>
#include <utility>

#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/message_conversion.h"

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

absl::StatusOr<engine::DeleteNamespace> ToDeleteNamespace(
    const v1::DeleteNamespaceRequest& request) {
  absl::Status status = CheckRequestIdField(request.request_id());
  status.Update(CheckWaiting(request));
  // An empty name does not mean the default namespace here.
  if (request.namespace_().empty()) {
    status.Update(
        AtField("namespace", absl::InvalidArgumentError("expected a name, got an empty one")));
  }
  if (!status.ok()) return status;
  return engine::DeleteNamespace{};
}

void FromDeleteNamespace(const engine::DeleteNamespaceResult& result, const AnswerContext& context,
                         v1::DeleteNamespaceResponse* response) {
  response->set_found(result.found);
  FromRevision(result.revision, context.epoch, response->mutable_position());
  FromWaiting(context, response);
}

absl::Status ListNamespaces(const v1::ListNamespacesRequest& request, NamesAfter names_after,
                            google::protobuf::Arena& arena, v1::ListNamespacesResponse* response) {
  const ListIdentity identity = {"namespaces", "", ""};
  const absl::StatusOr<uint32_t> limit = ToPageLimit(request.page_size());
  absl::Status status = limit.status();
  const auto after = ReadPageToken(identity, request.page_token(), arena);
  status.Update(after.status());
  if (!status.ok()) return status;
  std::vector<std::string> names = names_after((*after)->after_name(), *limit + 1);
  const bool more = names.size() > *limit;
  if (more) names.pop_back();
  if (more) {
    internal::v1::PageToken last;
    last.set_after_name(names.back());
    response->set_next_page_token(MakePageToken(identity, std::move(last)));
  }
  for (std::string& name : names) response->add_namespaces()->set_name(std::move(name));
  return absl::OkStatus();
}

absl::StatusOr<engine::GetInvalidationStats> ToGetInvalidationStats(
    const v1::GetInvalidationStatsRequest& request) {
  return engine::GetInvalidationStats{};
}

void FromGetInvalidationStats(const engine::InvalidationStats& result, const AnswerContext& context,
                              v1::GetInvalidationStatsResponse* response) {
  v1::InvalidationStats* stats = response->mutable_stats();
  stats->set_rules(result.rules);
  stats->set_relationships(result.relationships);
  stats->set_total_invalidations(result.total_invalidations());
  stats->set_immediate_invalidations(result.immediate_invalidations);
  stats->set_batched_invalidations(result.batched_invalidations);
  stats->set_lazy_invalidations(result.lazy_invalidations);
  stats->set_cascade_invalidations(result.cascade_invalidations);
  stats->set_widened(result.widened);
  stats->set_pending_targets(result.pending_targets);
  stats->set_tracked_entries(result.tracked_entries);
  stats->set_dependency_edges(result.dependency_edges);
  stats->set_unchecked_fills(result.unchecked_fills);
  stats->set_refused_fills(result.refused_fills);
  stats->set_dropped_entries(result.dropped_entries);
  stats->set_subscribers(context.subscribers(context.namespace_name));
  FromRevision(result.revision, context.epoch, stats->mutable_position());
  for (const engine::RuleDetail& detail : result.rule_details) {
    FromRuleDetail(detail, stats->add_rule_details());
  }
}

}  // namespace cache_invalidation::rpc
