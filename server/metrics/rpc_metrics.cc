// SPDX-License-Identifier: Apache-2.0

#include "server/metrics/rpc_metrics.h"

#include <iterator>

#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/metrics/families.h"

namespace cache_invalidation::metrics {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;
using prometheus::Registry;

Family<Counter>& Count(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Labels MethodLabels(const std::string& type, const std::string& service,
                                const std::string& method) {
  return {{"grpc_type", type}, {"grpc_service", service}, {"grpc_method", method}};
}

// By RpcType.
constexpr const char* kTypeNames[] = {"unary", "server_stream", "bidi_stream"};

// By code. The names of gRPC's specification, which differ from Abseil's.
constexpr const char* kCodeNames[] = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

}  // namespace

RpcMetrics::RpcMetrics(Registry& registry)
    : started_(Count(registry, "grpc_server_started_total", "RPCs that arrived.")),
      handled_(Count(registry, "grpc_server_handled_total", "RPCs that ended, by status code.")),
      received_(Count(registry, "grpc_server_msg_received_total", "Messages read from clients.")),
      sent_(Count(registry, "grpc_server_msg_sent_total", "Messages written to clients.")),
      seconds_(prometheus::BuildHistogram()
                   .Name("grpc_server_handling_seconds")
                   .Help("Time from the arrival of an RPC to its end.")
                   .Register(registry)) {}

MethodMetrics::MethodMetrics(RpcMetrics& metrics, absl::string_view service,
                             absl::string_view method, RpcType type)
    : metrics_(metrics),
      service_(service),
      method_(method),
      type_(kTypeNames[static_cast<size_t>(type)]),
      started_(metrics.started_.Add(MethodLabels(type_, service_, method_))),
      received_(metrics.received_.Add(MethodLabels(type_, service_, method_))),
      sent_(metrics.sent_.Add(MethodLabels(type_, service_, method_))),
      seconds_(metrics.seconds_.Add(MethodLabels(type_, service_, method_), LatencyBuckets())) {}

void MethodMetrics::Started() { started_.Increment(); }

void MethodMetrics::MessageReceived() { received_.Increment(); }

void MethodMetrics::MessageSent() { sent_.Increment(); }

void MethodMetrics::Handled(absl::StatusCode code, absl::Duration elapsed) {
  seconds_.Observe(absl::ToDoubleSeconds(elapsed));
  Handled(code);
}

void MethodMetrics::Handled(absl::StatusCode code) {
  static_assert(std::size(kCodeNames) == kCodes);
  const auto index = static_cast<size_t>(code) < kCodes
                         ? static_cast<size_t>(code)
                         : static_cast<size_t>(absl::StatusCode::kUnknown);
  Counter* counter = handled_[index].load(std::memory_order_acquire);
  if (counter == nullptr) {
    // Two threads can get here at once; the family returns the same series to both.
    prometheus::Labels labels = MethodLabels(type_, service_, method_);
    labels["grpc_code"] = kCodeNames[index];
    counter = &metrics_.handled_.Add(labels);
    handled_[index].store(counter, std::memory_order_release);
  }
  counter->Increment();
}

}  // namespace cache_invalidation::metrics
