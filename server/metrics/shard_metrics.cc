#include "server/metrics/shard_metrics.h"

#include "absl/time/time.h"
#include "common/check.h"
#include "server/metrics/buckets.h"
#include "server/metrics/families.h"

namespace cache_invalidation::metrics {
namespace {

// In the order of engine::Command.
std::vector<std::string> CommandNames() {
  std::vector<std::string> names = {"InvalidateByWrites",
                                    "Invalidate",
                                    "InvalidateWithDependencies",
                                    "FlushPendingInvalidations",
                                    "FlushBatch",
                                    "SetBatchDelay",
                                    "RegisterRule",
                                    "DeleteRule",
                                    "RegisterRelationship",
                                    "DeleteRelationship",
                                    "AddCacheDependency",
                                    "RemoveCacheDependency",
                                    "TrackEntries",
                                    "UntrackEntries",
                                    "Sweep",
                                    "Trim",
                                    "CreateNamespace"};
  Check(names.size() == std::variant_size_v<engine::Command>, "every command has a name");
  return names;
}

// In the order of engine::Query.
std::vector<std::string> QueryNames() {
  std::vector<std::string> names = {
      "GetRule",     "ListRules", "GetRelationship", "ListRelationships",   "ListCacheDependencies",
      "LookupEntry", "Validate",  "ExplainWrite",    "GetInvalidationStats"};
  Check(names.size() == std::variant_size_v<engine::Query>, "every query has a name");
  return names;
}

}  // namespace

ShardMetrics::ShardMetrics(prometheus::Registry& registry)
    : commands_(MakeCounters(registry, "commands_total", "Commands applied, of callers and timers.",
                             "command", CommandNames())),
      queries_(MakeCounters(registry, "queries_total", "Queries answered.", "query", QueryNames())),
      refused_commands_(
          MakeCounter(registry, "commands_refused_total",
                      "Commands that a limit of the state refused; they changed nothing.")),
      writes_(MakeCounter(registry, "writes_total", "Write events: rows that callers reported.")),
      invalidations_(),
      rules_fired_(MakeCounter(registry, "rules_fired_total", "Rules that writes fired.")),
      widened_(
          MakeCounter(registry, "widened_total", "Targets that stand for something narrower.")),
      condition_errors_(MakeCounter(registry, "condition_errors_total",
                                    "Rules that fired because their condition could not be "
                                    "evaluated.")),
      events_(
          MakeCounters(registry, "events_total", "Events, each one revision.", "source",
                       {"write", "call", "batch", "fill_refused", "dependency_moved", "limit"})),
      targets_(MakeCounters(registry, "event_invalidations_total",
                            "Invalidations that events name.", "kind", {"evict", "mark_stale"})),
      event_targets_(MakeHistogram(registry, "event_invalidations", "Invalidations per event.",
                                   CountBuckets())),
      batch_flushes_by_timer_(MakeCounter(registry, "batch_flushes_total",
                                          "Flushes of pending batches.", {{"reason", "timer"}})),
      batch_flushes_by_call_(MakeCounter(registry, "batch_flushes_total",
                                         "Flushes of pending batches.", {{"reason", "call"}})),
      batch_flushes_by_size_(MakeCounter(registry, "batch_flushes_total",
                                         "Flushes of pending batches.", {{"reason", "size"}})),
      batch_targets_(MakeHistogram(registry, "batch_invalidations", "Invalidations per flush.",
                                   CountBuckets())),
      fills_(MakeCounters(registry, "fills_total", "Entries that callers asked to track.",
                          "outcome", {"kept", "refused_moved", "refused_position"})),
      unchecked_fills_(
          MakeCounter(registry, "unchecked_fills_total", "Fills without a position to check.")),
      submissions_(MakeCounter(registry, "submissions_total", "Requests that shards took in.")),
      cancelled_submissions_(MakeCounter(registry, "submissions_cancelled_total",
                                         "Requests dropped because the caller had gone.")),
      refused_submissions_(MakeCounter(registry, "submissions_refused_total",
                                       "Requests that a full mailbox did not take in.")),
      mailbox_submissions_(MakeHistogram(registry, "mailbox_submissions",
                                         "Requests that waited when a shard looked.",
                                         CountBuckets())),
      busy_seconds_(
          MakeCounter(registry, "shard_busy_seconds_total", "Time that shards spent applying.")),
      group_commands_(MakeHistogram(registry, "group_commands",
                                    "Commands that became durable together.", CountBuckets())) {
  const auto by_strategy =
      MakeCounters(registry, "invalidations_total", "Invalidations accepted, as in the statistics.",
                   "strategy", {"immediate", "batched", "lazy", "cascade"});
  for (size_t i = 0; i < invalidations_.size(); ++i) invalidations_[i] = by_strategy[i];
}

void ShardMetrics::OnApplied(absl::string_view namespace_name, const engine::Command& command,
                             const engine::Outcome& outcome) {
  commands_[command.index()]->Increment();
  if (!outcome.status.ok()) return refused_commands_.Increment();
  if (const auto* writes = std::get_if<engine::InvalidateByWrites>(&command)) {
    writes_.Increment(static_cast<double>(writes->writes.size()));
  }
  if (const auto* reply = std::get_if<engine::InvalidationReply>(&outcome.reply)) {
    if (!reply->rules_fired.empty())
      rules_fired_.Increment(static_cast<double>(reply->rules_fired.size()));
    if (reply->widened > 0) widened_.Increment(reply->widened);
    if (reply->condition_errors > 0) condition_errors_.Increment(reply->condition_errors);
  }
  CountFills(command, outcome.reply);
  CountStrategies(namespace_name, outcome);
  for (const engine::Event& event : outcome.events) CountEvent(command, event);
}

void ShardMetrics::CountEvent(const engine::Command& command, const engine::Event& event) {
  const auto size = static_cast<double>(event.invalidations.size());
  events_[static_cast<size_t>(event.source)]->Increment();
  event_targets_.Observe(size);
  size_t stale = 0;
  for (const engine::Invalidation& invalidation : event.invalidations) {
    stale += invalidation.kind == engine::InvalidationKind::kMarkStale;
  }
  targets_[static_cast<size_t>(engine::InvalidationKind::kMarkStale)]->Increment(
      static_cast<double>(stale));
  targets_[static_cast<size_t>(engine::InvalidationKind::kEvict)]->Increment(
      size - static_cast<double>(stale));

  if (event.source != engine::EventSource::kBatch) return;
  batch_targets_.Observe(size);
  if (std::holds_alternative<engine::FlushBatch>(command)) {
    batch_flushes_by_timer_.Increment();
  } else if (std::holds_alternative<engine::FlushPendingInvalidations>(command)) {
    batch_flushes_by_call_.Increment();
  } else {
    batch_flushes_by_size_.Increment();
  }
}

void ShardMetrics::CountFills(const engine::Command& command, const engine::Reply& reply) {
  const auto* entries = std::get_if<engine::TrackEntries>(&command);
  const auto* results = std::get_if<engine::TrackEntriesReply>(&reply);
  if (entries == nullptr || results == nullptr) return;
  for (const engine::TrackedEntry& entry : entries->entries) {
    if (!entry.position) unchecked_fills_.Increment();
  }
  for (const engine::TrackResult& result : results->results) {
    fills_[static_cast<size_t>(result.outcome)]->Increment();
  }
}

// The engine counts per namespace and for ever; here its steps are added up over all namespaces.
// What a namespace had counted before this process first saw it is left out.
void ShardMetrics::CountStrategies(absl::string_view namespace_name,
                                   const engine::Outcome& outcome) {
  const engine::MetaRecord* meta =
      outcome.delta.empty() ? nullptr
                            : std::get_if<engine::MetaRecord>(&outcome.delta.back().record);
  if (meta == nullptr) return;
  const StrategyCounts counts = {meta->immediate_invalidations, meta->batched_invalidations,
                                 meta->lazy_invalidations, meta->cascade_invalidations};
  const bool history_begins = meta->head == outcome.events.size();
  MutexLock lock(mutex_);
  const auto [known, is_new] = last_counts_.try_emplace(namespace_name, StrategyCounts{});
  StrategyCounts& last = known->second;
  for (size_t i = 0; i < counts.size(); ++i) {
    const bool count = counts[i] > last[i] && (!is_new || history_begins);
    if (count) invalidations_[i]->Increment(static_cast<double>(counts[i] - last[i]));
    last[i] = counts[i];
  }
}

void ShardMetrics::OnAnswered(absl::string_view, const engine::Query& query) {
  queries_[query.index()]->Increment();
}

void ShardMetrics::OnCancelled() { cancelled_submissions_.Increment(); }

void ShardMetrics::OnRefused() { refused_submissions_.Increment(); }

void ShardMetrics::OnTaken(const shard::MailboxStats& stats) {
  submissions_.Increment(static_cast<double>(stats.submissions));
  mailbox_submissions_.Observe(static_cast<double>(stats.submissions));
}

void ShardMetrics::OnGroupSealed(const shard::GroupStats& stats) {
  busy_seconds_.Increment(absl::ToDoubleSeconds(stats.elapsed));
  group_commands_.Observe(static_cast<double>(stats.commands));
}

}  // namespace cache_invalidation::metrics
