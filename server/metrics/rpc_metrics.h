// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_METRICS_RPC_METRICS_H_
#define CACHE_INVALIDATION_SERVER_METRICS_RPC_METRICS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace prometheus {
class Counter;
class Histogram;
class Registry;
template <typename T>
class Family;
}  // namespace prometheus

namespace cache_invalidation::metrics {

// The grpc_server_* families, under the names that go-grpc-prometheus established, so that stock
// dashboards and alerts work. Thread-safe.
class RpcMetrics {
 public:
  // `registry` must outlive the object.
  explicit RpcMetrics(prometheus::Registry& registry);

 private:
  friend class MethodMetrics;

  prometheus::Family<prometheus::Counter>& started_;
  prometheus::Family<prometheus::Counter>& handled_;
  prometheus::Family<prometheus::Counter>& received_;
  prometheus::Family<prometheus::Counter>& sent_;
  prometheus::Family<prometheus::Histogram>& seconds_;
};

enum class RpcType { kUnary, kServerStream, kBidiStream };

// The series of one method. Thread-safe.
class MethodMetrics {
 public:
  // `metrics` must outlive the object. `service` is the full name.
  MethodMetrics(RpcMetrics& metrics, absl::string_view service, absl::string_view method,
                RpcType type);

  // Counts a call that arrived.
  void Started();
  // Counts a call that ended with that code after `elapsed`.
  void Handled(absl::StatusCode code, absl::Duration elapsed);
  // The same without a duration: that of a subscription says nothing about the server.
  void Handled(absl::StatusCode code);
  // Count one message read or written.
  void MessageReceived();
  void MessageSent();

 private:
  static constexpr size_t kCodes = 17;

  RpcMetrics& metrics_;
  const std::string service_;
  const std::string method_;
  const std::string type_;
  prometheus::Counter& started_;
  prometheus::Counter& received_;
  prometheus::Counter& sent_;
  prometheus::Histogram& seconds_;
  // By code. A series is created with its first call, because most methods end with few of the
  // codes.
  std::array<std::atomic<prometheus::Counter*>, kCodes> handled_ = {};
};

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_RPC_METRICS_H_
