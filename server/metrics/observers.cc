// SPDX-License-Identifier: Apache-2.0

#include "server/metrics/observers.h"

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "server/metrics/families.h"

namespace cache_invalidation::metrics {
namespace {

std::vector<std::string> NumbersBelow(size_t end) {
  std::vector<std::string> numbers;
  for (size_t i = 0; i < end; ++i) numbers.push_back(absl::StrCat(i));
  return numbers;
}

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
                                    "ApplyDeclarations",
                                    "AddCacheDependency",
                                    "RemoveCacheDependency",
                                    "TrackEntries",
                                    "UntrackEntries",
                                    "Sweep",
                                    "CreateNamespace",
                                    "DeleteNamespace"};
  Check(names.size() == std::variant_size_v<engine::Command>, "every command has a name");
  return names;
}

// In the order of engine::Query.
std::vector<std::string> QueryNames() {
  std::vector<std::string> names = {"GetRule",
                                    "ListRules",
                                    "GetRelationship",
                                    "ListRelationships",
                                    "ListCacheDependencies",
                                    "LookupEntry",
                                    "Validate",
                                    "ExplainWrite",
                                    "GetInvalidationStats",
                                    "ValidateDeclarations"};
  Check(names.size() == std::variant_size_v<engine::Query>, "every query has a name");
  return names;
}

void Add(prometheus::Counter& counter, uint64_t count) {
  if (count > 0) counter.Increment(static_cast<double>(count));
}

template <size_t size>
void AddTo(const std::vector<prometheus::Counter*>& counters,
           const std::array<uint64_t, size>& counts) {
  for (size_t i = 0; i < size; ++i) Add(*counters[i], counts[i]);
}

}  // namespace

ShardMetrics::ShardMetrics(prometheus::Registry& registry, size_t shards)
    : commands_(MakeCounters(registry, "commands_total",
                             "Commands applied, from callers and timers.", "command",
                             CommandNames())),
      queries_(
          MakeCounters(registry, "queries_total", "Queries completed.", "query", QueryNames())),
      refused_commands_(
          MakeCounter(registry, "commands_refused_total",
                      "Commands refused at a limit of the state; they changed nothing.")),
      writes_(MakeCounter(registry, "writes_total", "Write events: rows reported by callers.")),
      invalidations_(MakeCounters(registry, "invalidations_total",
                                  "Invalidations accepted, as in GetInvalidationStats.", "strategy",
                                  {"immediate", "batched", "lazy", "cascade"})),
      rules_fired_(MakeCounter(registry, "rules_fired_total", "Rules fired by writes.")),
      widened_(MakeCounter(registry, "widened_total", "Targets widened to something broader.")),
      condition_errors_(MakeCounter(registry, "condition_errors_total",
                                    "Rules that fired because their condition could not be "
                                    "evaluated.")),
      events_(
          MakeCounters(registry, "events_total", "Events, each one revision.", "source",
                       {"write", "call", "batch", "fill_refused", "dependency_moved", "limit"})),
      targets_(MakeCounters(registry, "event_invalidations_total", "Invalidations in events.",
                            "kind", {"evict", "mark_stale"})),
      event_targets_(MakeHistogram(registry, "event_invalidations", "Invalidations per event.",
                                   CountBuckets())),
      batch_flushes_(MakeCounters(registry, "batch_flushes_total", "Flushes of pending batches.",
                                  "reason", {"timer", "call", "size"})),
      batch_targets_(MakeHistogram(registry, "batch_invalidations", "Invalidations per flush.",
                                   CountBuckets())),
      fills_(MakeCounters(registry, "fills_total", "Entries that callers asked to track.",
                          "outcome", {"kept", "refused_moved", "refused_position"})),
      unchecked_fills_(
          MakeCounter(registry, "unchecked_fills_total", "Fills without a position to check.")),
      dropped_entries_(MakeCounter(
          registry, "dropped_entries_total",
          "Entries evicted because their namespace was full or they had too many names.")),
      submissions_(MakeCounter(registry, "submissions_total", "Requests accepted by shards.")),
      cancelled_submissions_(MakeCounter(registry, "submissions_cancelled_total",
                                         "Requests dropped because the caller had cancelled.")),
      refused_submissions_(MakeCounter(registry, "submissions_refused_total",
                                       "Requests refused by a full mailbox.")),
      mailbox_submissions_(MakeHistogram(registry, "mailbox_submissions",
                                         "Requests waiting when a shard read its mailbox.",
                                         CountBuckets())),
      busy_seconds_(MakeCounters(registry, "shard_busy_seconds_total",
                                 "Time that a shard spent applying requests.", "shard",
                                 NumbersBelow(shards))),
      hold_seconds_(
          MakeHistogram(registry, "shard_hold_seconds",
                        "Longest time per group that one request, or one round of timers, "
                        "occupied its shard.",
                        LatencyBuckets())),
      group_commands_(MakeHistogram(registry, "group_commands", "Commands made durable together.",
                                    CountBuckets())) {}

void ShardMetrics::OnDurable(const shard::AppliedCounts& counts) {
  AddTo(commands_, counts.commands);
  AddTo(queries_, counts.queries);
  Add(refused_commands_, counts.refused_commands);
  Add(writes_, counts.writes);
  AddTo(invalidations_, counts.invalidations);
  Add(rules_fired_, counts.rules_fired);
  Add(widened_, counts.widened);
  Add(condition_errors_, counts.condition_errors);
  AddTo(events_, counts.events);
  AddTo(targets_, counts.targets);
  for (const size_t size : counts.event_sizes) event_targets_.Observe(static_cast<double>(size));
  AddTo(batch_flushes_, counts.flushes);
  for (const size_t size : counts.batch_sizes) batch_targets_.Observe(static_cast<double>(size));
  AddTo(fills_, counts.fills);
  Add(unchecked_fills_, counts.unchecked_fills);
  Add(dropped_entries_, counts.dropped_entries);
}

void ShardMetrics::OnCancelled() { cancelled_submissions_.Increment(); }

void ShardMetrics::OnRefused() { refused_submissions_.Increment(); }

void ShardMetrics::OnTaken(const shard::MailboxStats& stats) {
  submissions_.Increment(static_cast<double>(stats.submissions));
  mailbox_submissions_.Observe(static_cast<double>(stats.submissions));
}

void ShardMetrics::OnGroupSealed(const shard::GroupStats& stats) {
  busy_seconds_[stats.shard]->Increment(absl::ToDoubleSeconds(stats.elapsed));
  hold_seconds_.Observe(absl::ToDoubleSeconds(stats.longest_hold));
  group_commands_.Observe(static_cast<double>(stats.commands));
}

CommitMetrics::CommitMetrics(prometheus::Registry& registry)
    : seconds_(MakeHistogram(registry, "commit_seconds",
                             "Duration of a write to the store with its sync.", LatencyBuckets())),
      groups_(
          MakeHistogram(registry, "commit_groups", "Groups that shared a write.", CountBuckets())),
      rows_(MakeCounter(registry, "commit_rows_total", "Rows written to the store.")),
      chunks_(
          MakeCounter(registry, "commit_chunks_total", "Chunks of events written to the store.")),
      bytes_(MakeCounter(registry, "commit_bytes_total",
                         "Bytes written to the store, approximately.")) {}

void CommitMetrics::OnCommitted(const commit::CommitStats& stats) {
  if (!stats.written) return;
  seconds_.Observe(absl::ToDoubleSeconds(stats.elapsed));
  groups_.Observe(static_cast<double>(stats.groups));
  rows_.Increment(static_cast<double>(stats.rows));
  chunks_.Increment(static_cast<double>(stats.chunks));
  bytes_.Increment(static_cast<double>(stats.bytes));
}

DeliveryMetrics::DeliveryMetrics(prometheus::Registry& registry, RpcMetrics& rpc)
    : subscribe_(rpc, "cache_invalidation.v1.SubscriptionService", "Subscribe",
                 RpcType::kBidiStream),
      streams_(MakeGauge(registry, "subscription_streams", "Open Subscribe calls.")),
      opened_(MakeCounter(registry, "subscription_streams_opened_total",
                          "Subscribe calls that arrived.")),
      ended_by_client_(MakeCounter(registry, "subscription_streams_ended_total",
                                   "Subscribe calls that ended.", {{"by", "client"}})),
      ended_by_server_(MakeCounter(registry, "subscription_streams_ended_total",
                                   "Subscribe calls that ended.", {{"by", "server"}})),
      messages_(MakeCounter(registry, "delivery_messages_total", "Messages sent to subscribers.")),
      events_(MakeCounter(registry, "delivery_event_parts_total",
                          "Parts of events sent, once per subscriber.")),
      bytes_(
          MakeCounter(registry, "delivery_bytes_total", "Bytes of messages sent to subscribers.")),
      seconds_(MakeHistogram(registry, "delivery_seconds",
                             "Time from the publication of an event to its write to the network.",
                             LatencyBuckets())),
      resets_(MakeCounters(registry, "resets_total",
                           "Resets sent: the subscriber drops its whole cache.", "reason",
                           {"epoch", "trimmed", "ahead"})),
      catch_up_reads_(MakeCounters(
          registry, "catch_up_reads_total",
          "Reads of history from the store for subscribers that lag; trimmed and failed reads end "
          "in a reset.",
          "outcome", {"read", "trimmed", "failed"})),
      catch_up_bytes_(
          MakeCounter(registry, "catch_up_bytes_total", "Bytes of history read from the store.")),
      stalled_(MakeCounter(registry, "stalled_streams_cancelled_total",
                           "Subscribers cancelled because they did not read their last message.")),
      waits_(
          MakeCounters(registry, "waits_total",
                       "Calls that waited for subscribers; late: some were missing at the timeout.",
                       "result", {"complete", "late"})),
      waited_(MakeCounters(registry, "waited_subscribers_total",
                           "Outcomes of the subscribers that calls waited for.", "outcome",
                           {"applied", "lapsed", "late"})),
      wait_seconds_(MakeHistogram(registry, "wait_seconds",
                                  "Time that calls waited for subscribers.", WaitBuckets())) {}

void DeliveryMetrics::OnStreamOpened() {
  subscribe_.Started();
  opened_.Increment();
  streams_.Increment();
}

void DeliveryMetrics::OnStreamEnded(absl::StatusCode code) {
  subscribe_.Handled(code);
  streams_.Decrement();
  (code == absl::StatusCode::kCancelled ? ended_by_client_ : ended_by_server_).Increment();
}

void DeliveryMetrics::OnMessageSent(size_t events, size_t bytes, absl::Duration waited) {
  subscribe_.MessageSent();
  messages_.Increment();
  bytes_.Increment(static_cast<double>(bytes));
  if (events == 0) return;
  events_.Increment(static_cast<double>(events));
  seconds_.Observe(absl::ToDoubleSeconds(waited));
}

void DeliveryMetrics::OnReset(delivery::ResetReason reason) {
  resets_[static_cast<size_t>(reason)]->Increment();
}

void DeliveryMetrics::OnCatchUpRead(absl::StatusCode code, size_t bytes) {
  const size_t outcome = code == absl::StatusCode::kOk           ? 0
                         : code == absl::StatusCode::kOutOfRange ? 1
                                                                 : 2;
  catch_up_reads_[outcome]->Increment();
  catch_up_bytes_.Increment(static_cast<double>(bytes));
}

void DeliveryMetrics::OnStalledStreamCancelled() { stalled_.Increment(); }

void DeliveryMetrics::OnWaited(const delivery::WaitOutcome& outcome) {
  const size_t missing = outcome.lapsed.size() + outcome.late.size();
  waits_[outcome.late.empty() && !outcome.unknown_late ? 0 : 1]->Increment();
  waited_[0]->Increment(static_cast<double>(outcome.waited_for.size() - missing));
  waited_[1]->Increment(static_cast<double>(outcome.lapsed.size()));
  waited_[2]->Increment(static_cast<double>(outcome.late.size()));
  wait_seconds_.Observe(absl::ToDoubleSeconds(outcome.waited));
}

}  // namespace cache_invalidation::metrics
