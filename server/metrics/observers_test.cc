// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "server/access/access_observer.h"
#include "server/commit/commit_observer.h"
#include "server/delivery/observer.h"
#include "server/metrics/metrics.h"
#include "server/metrics/rpc_metrics.h"
#include "server/shard/shard_observer.h"

namespace cache_invalidation::metrics {
namespace {

engine::MetaRecord Counted(uint64_t head, uint64_t immediate, uint64_t lazy) {
  engine::MetaRecord record;
  record.head = head;
  record.immediate_invalidations = immediate;
  record.lazy_invalidations = lazy;
  return record;
}

class MetricsTest : public ::testing::Test {
 protected:
  // Whether the text has this line.
  bool Shows(const std::string& line) {
    return metrics_.Text({}).find("\n" + line + "\n") != std::string::npos;
  }

  // Applies the command as a group of its own.
  void Apply(const engine::Command& command, const engine::Applied& applied) {
    shard::AppliedCounts counts;
    counts.Add(command, applied, counted_);
    metrics_.shard().OnDurable(counts);
  }

  Metrics metrics_{"1.2.3", 2};
  shard::StrategyCounts counted_ = {};  // counted for the one namespace
};

TEST_F(MetricsTest, CountsWhatAccessDecides) {
  metrics_.access().OnDenied(access::Denial::kPermissionDenied);
  metrics_.access().OnPolicyRead(true, absl::FromUnixSeconds(1'000));
  metrics_.access().OnPolicyRead(false, absl::FromUnixSeconds(2'000));
  metrics_.access().OnAuditLineLost();
  EXPECT_TRUE(Shows("cache_invalidation_denied_calls_total{reason=\"unauthenticated\"} 0"));
  EXPECT_TRUE(Shows("cache_invalidation_denied_calls_total{reason=\"permission_denied\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_policy_reads_total{result=\"in_use\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_policy_reads_total{result=\"refused\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_policy_refused 1"));
  EXPECT_TRUE(Shows("cache_invalidation_policy_in_use_since_timestamp_seconds 1000"));
  EXPECT_TRUE(Shows("cache_invalidation_audit_lines_lost_total 1"));
}

TEST_F(MetricsTest, CountsCommandsEventsAndStrategies) {
  engine::Applied applied;
  applied.result = engine::InvalidationResult{
      .revision = 1, .rules_fired = {"a", "b"}, .widened = 3, .condition_errors = 2};
  engine::Event event;
  event.revision = 1;
  event.invalidations.resize(3);
  event.invalidations[2].kind = engine::InvalidationKind::kMarkStale;
  applied.events = {event};
  applied.delta.push_back({Counted(1, 3, 1)});
  applied.widened = 4;  // one of them is not the call's own
  const engine::Command command = engine::InvalidateByWrites{.writes = {{}, {}}};
  Apply(command, applied);

  EXPECT_TRUE(Shows("cache_invalidation_commands_total{command=\"InvalidateByWrites\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_commands_total{command=\"RegisterRule\"} 0"));
  EXPECT_TRUE(Shows("cache_invalidation_writes_total 2"));
  EXPECT_TRUE(Shows("cache_invalidation_rules_fired_total 2"));
  EXPECT_TRUE(Shows("cache_invalidation_widened_total 4"));
  EXPECT_TRUE(Shows("cache_invalidation_condition_errors_total 2"));
  EXPECT_TRUE(Shows("cache_invalidation_events_total{source=\"write\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_event_invalidations_total{kind=\"evict\"} 2"));
  EXPECT_TRUE(Shows("cache_invalidation_event_invalidations_total{kind=\"mark_stale\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_invalidations_total{strategy=\"immediate\"} 3"));
  EXPECT_TRUE(Shows("cache_invalidation_invalidations_total{strategy=\"lazy\"} 1"));

  std::get<engine::MetaRecord>(applied.delta.back().record).immediate_invalidations = 5;
  Apply(command, applied);
  EXPECT_TRUE(Shows("cache_invalidation_invalidations_total{strategy=\"immediate\"} 5"));
}

TEST_F(MetricsTest, LeavesOutWhatWasCountedBeforeTheProcessBegan) {
  counted_ = {1000, 0, 0, 0};
  engine::Applied applied;
  applied.delta.push_back({Counted(100, 1001, 0)});
  Apply(engine::SetBatchDelay{}, applied);
  EXPECT_TRUE(Shows("cache_invalidation_invalidations_total{strategy=\"immediate\"} 1"));
}

TEST_F(MetricsTest, CountsFlushesByReasonAndFillsByOutcome) {
  engine::Applied flush;
  flush.result = engine::FlushResult{};
  flush.events.emplace_back();
  flush.events[0].source = engine::EventSource::kBatch;
  Apply(engine::FlushBatch{}, flush);
  Apply(engine::FlushPendingInvalidations{}, flush);
  Apply(engine::Invalidate{}, flush);
  for (const char* reason : {"timer", "call", "size"}) {
    EXPECT_TRUE(
        Shows("cache_invalidation_batch_flushes_total{reason=\"" + std::string(reason) + "\"} 1"));
  }

  engine::TrackEntries entries;
  entries.entries.resize(2);
  entries.entries[1].position.emplace();
  engine::TrackEntriesResult results;
  results.results = {{"a", engine::FillOutcome::kKept, ""},
                     {"b", engine::FillOutcome::kRefusedMoved, "t"}};
  results.dropped = 3;
  engine::Applied track;
  track.result = results;
  Apply(entries, track);
  EXPECT_TRUE(Shows("cache_invalidation_fills_total{outcome=\"kept\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_fills_total{outcome=\"refused_moved\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_unchecked_fills_total 1"));
  EXPECT_TRUE(Shows("cache_invalidation_dropped_entries_total 3"));
}

TEST_F(MetricsTest, ShowsHowLongOneRequestHeldTheShard) {
  metrics_.shard().OnGroupSealed(
      {.shard = 1, .elapsed = absl::Milliseconds(30), .longest_hold = absl::Milliseconds(20)});
  EXPECT_TRUE(Shows("cache_invalidation_shard_busy_seconds_total{shard=\"0\"} 0"));
  EXPECT_TRUE(Shows("cache_invalidation_shard_busy_seconds_total{shard=\"1\"} 0.03"));
  EXPECT_TRUE(Shows("cache_invalidation_shard_hold_seconds_bucket{le=\"0.01\"} 0"));
  EXPECT_TRUE(Shows("cache_invalidation_shard_hold_seconds_bucket{le=\"0.025\"} 1"));
}

TEST_F(MetricsTest, CountsRefusedCommandsOnly) {
  engine::Applied applied;
  applied.status = absl::ResourceExhaustedError("full");
  Apply(engine::RegisterRule{}, applied);
  EXPECT_TRUE(Shows("cache_invalidation_commands_refused_total 1"));
}

TEST_F(MetricsTest, CountsCallsByTheCommonNames) {
  MethodMetrics method(metrics_.rpc(), "pkg.Service", "Call", RpcType::kUnary);
  method.Started();
  method.Handled(absl::StatusCode::kInvalidArgument, absl::Milliseconds(2));
  const std::string labels =
      "grpc_method=\"Call\",grpc_service=\"pkg.Service\",grpc_type=\"unary\"";
  EXPECT_TRUE(Shows("grpc_server_started_total{" + labels + "} 1"));
  EXPECT_TRUE(Shows("grpc_server_handled_total{grpc_code=\"InvalidArgument\"," + labels + "} 1"));
  EXPECT_TRUE(Shows("grpc_server_handling_seconds_count{" + labels + "} 1"));
}

TEST_F(MetricsTest, CountsCommitsAndDeliveries) {
  metrics_.commit().OnCommitted(
      {.groups = 2, .rows = 5, .written = true, .elapsed = absl::Milliseconds(3)});
  metrics_.commit().OnCommitted({.groups = 1, .written = false});
  EXPECT_TRUE(Shows("cache_invalidation_commit_seconds_count 1"));
  EXPECT_TRUE(Shows("cache_invalidation_commit_rows_total 5"));

  metrics_.delivery().OnStreamOpened();
  metrics_.delivery().OnStreamOpened();
  metrics_.delivery().OnStreamEnded(absl::StatusCode::kCancelled);
  metrics_.delivery().OnMessageSent(4, 1000, absl::Milliseconds(1));
  metrics_.delivery().OnMessageSent(0, 10, absl::ZeroDuration());
  metrics_.delivery().OnReset(delivery::ResetReason::kTrimmed);
  EXPECT_TRUE(Shows("cache_invalidation_subscription_streams 1"));
  EXPECT_TRUE(Shows("cache_invalidation_subscription_streams_ended_total{by=\"client\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_delivery_messages_total 2"));
  EXPECT_TRUE(Shows(
      "grpc_server_handled_total{grpc_code=\"Canceled\",grpc_method=\"Subscribe\","
      "grpc_service=\"cache_invalidation.v1.SubscriptionService\",grpc_type=\"bidi_stream\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_delivery_event_parts_total 4"));
  EXPECT_TRUE(Shows("cache_invalidation_delivery_seconds_count 1"));
  EXPECT_TRUE(Shows("cache_invalidation_resets_total{reason=\"trimmed\"} 1"));

  metrics_.delivery().OnCatchUpRead(absl::StatusCode::kOk, 1000);
  metrics_.delivery().OnCatchUpRead(absl::StatusCode::kOutOfRange, 0);
  metrics_.delivery().OnCatchUpRead(absl::StatusCode::kDataLoss, 0);
  for (const char* outcome : {"read", "trimmed", "failed"}) {
    EXPECT_TRUE(Shows(std::string("cache_invalidation_catch_up_reads_total{outcome=\"") + outcome +
                      "\"} 1"));
  }
  EXPECT_TRUE(Shows("cache_invalidation_catch_up_bytes_total 1000"));
}

TEST_F(MetricsTest, CountsWaits) {
  delivery::WaitOutcome applied;
  applied.waited_for = {"a", "b", "c", "d"};
  applied.lapsed = {"a"};
  applied.waited = absl::Seconds(3);
  metrics_.delivery().OnWaited(applied);
  applied.late = {"b"};
  metrics_.delivery().OnWaited(applied);
  applied = {};
  applied.unknown_late = true;
  metrics_.delivery().OnWaited(applied);
  EXPECT_TRUE(Shows("cache_invalidation_waits_total{result=\"complete\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_waits_total{result=\"late\"} 2"));
  EXPECT_TRUE(Shows("cache_invalidation_waited_subscribers_total{outcome=\"applied\"} 5"));
  EXPECT_TRUE(Shows("cache_invalidation_waited_subscribers_total{outcome=\"lapsed\"} 2"));
  EXPECT_TRUE(Shows("cache_invalidation_waited_subscribers_total{outcome=\"late\"} 1"));
  EXPECT_TRUE(Shows("cache_invalidation_wait_seconds_bucket{le=\"5\"} 3"));
}

TEST_F(MetricsTest, AsksItsSourcesAndTellsWhatRuns) {
  const std::string text = metrics_.Text({{"namespaces", "Namespaces.", [] { return 7.0; }}});
  EXPECT_NE(text.find("\ncache_invalidation_namespaces 7\n"), std::string::npos);
  EXPECT_NE(text.find("version=\"1.2.3\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("process_resident_memory_bytes"), std::string::npos);
}

}  // namespace
}  // namespace cache_invalidation::metrics
