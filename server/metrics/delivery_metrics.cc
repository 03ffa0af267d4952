#include "server/metrics/delivery_metrics.h"

#include "absl/time/time.h"
#include "server/metrics/families.h"

namespace cache_invalidation::metrics {

DeliveryMetrics::DeliveryMetrics(prometheus::Registry& registry, RpcMetrics& rpc)
    : subscribe_(rpc, "cache_invalidation.v1.SubscriptionService", "Subscribe",
                 RpcType::kBidiStream),
      streams_(prometheus::BuildGauge()
                   .Name("cache_invalidation_subscription_streams")
                   .Help("Open Subscribe calls.")
                   .Register(registry)
                   .Add({})),
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
