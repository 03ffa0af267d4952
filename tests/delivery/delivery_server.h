// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_DELIVERY_DELIVERY_SERVER_H_
#define CACHE_INVALIDATION_TESTS_DELIVERY_DELIVERY_SERVER_H_

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "grpcpp/channel.h"
#include "grpcpp/server.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "server/access/access.h"
#include "server/access/audit_log.h"
#include "server/delivery/catch_up.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/observer.h"
#include "server/delivery/outbox.h"
#include "server/delivery/waiting_calls.h"
#include "server/metrics/metrics.h"
#include "server/rpc/allowed_namespaces.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/subscription_service.h"
#include "server/storage/memory_store.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation {

// Counts the calls. Thread-safe.
class CountingObserver final : public delivery::DeliveryObserver {
 public:
  struct Counts {
    size_t opened = 0;
    std::map<absl::StatusCode, size_t> ended;
    size_t messages = 0;
    size_t events = 0;
    size_t resets = 0;
    size_t catch_up_reads = 0;
    size_t stalled = 0;
    size_t waits = 0;

    size_t ended_in_all() const;
  };
  Counts counts() const ABSL_LOCKS_EXCLUDED(mutex_);

  void OnStreamOpened() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnStreamEnded(absl::StatusCode code) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnMessageSent(size_t events, size_t bytes, absl::Duration waited) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  void OnReset(delivery::ResetReason reason) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCatchUpRead(absl::StatusCode code, size_t bytes) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnStalledStreamCancelled() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWaited(const delivery::WaitOutcome& outcome) override ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until that many streams have ended.
  void AwaitEnded(size_t streams) ABSL_LOCKS_EXCLUDED(mutex_);
  // Blocks until that many messages have been sent.
  void AwaitMessages(size_t messages) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  Counts counts_ ABSL_GUARDED_BY(mutex_);
};

// A real gRPC server on a free port of which only delivery is real: the test publishes.
//
// Publish from one thread at a time; otherwise thread-safe.
class DeliveryServer {
 public:
  struct Options {
    size_t event_cache_bytes = 64 << 20;
    // History that memory drops is retained in a store within these limits; absent: it is gone.
    std::optional<delivery::RetentionLimits> stored = std::nullopt;
    size_t max_streams = kMaxSubscriptions;
  };

  DeliveryServer(Options options, Clock& clock);
  ~DeliveryServer();

  // Publishes a group as if it had just become durable; the second, a group of these events.
  void Publish(commit::Group group);
  void Publish(HistoryBuilder& history, const std::vector<Targets>& events);

  // A new connection, on which a stream that is not read stalls soon.
  std::shared_ptr<grpc::Channel> Connect() const;

  // Ends the server, with this deadline for open streams; for tests of what they receive then.
  void Shutdown(absl::Duration patience);

  delivery::Hub& hub() { return hub_; }
  delivery::Outbox& outbox() { return outbox_; }
  CountingObserver& observer() { return observer_; }
  const rpc::SubscriptionService& service() const { return service_; }

  static constexpr char kEpoch[] = "epoch-1";

 private:
  delivery::HubOptions HubOptions(const Options& options);

  CountingObserver observer_;
  const bool stored_;
  storage::MemoryStore store_;
  delivery::Outbox outbox_;
  delivery::CatchUp catch_up_;
  delivery::Hub hub_;
  std::shared_ptr<delivery::WaitingCalls> waiting_;
  delivery::LeaseRecord leases_;
  const rpc::Admission admission_;
  const rpc::AllowedNamespaces namespaces_;
  metrics::Metrics metrics_{"test", 1};
  const std::unique_ptr<access::AuditLog> audit_log_;
  access::Access access_;  // without a policy
  rpc::OpenCalls open_calls_;
  rpc::SubscriptionService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<delivery::CatchUpThread> catch_up_thread_;  // ends first
};

// A client's stream, with blocking reads. Thread-compatible.
class TestStream {
 public:
  using Request = v1::SubscribeRequest;
  using Response = v1::SubscribeResponse;

  explicit TestStream(const std::shared_ptr<grpc::Channel>& channel);
  // With that first message.
  TestStream(const std::shared_ptr<grpc::Channel>& channel, const Request& first);
  // Cancels the stream if it has not ended.
  ~TestStream();

  // False: the stream has ended, or its sending side was closed.
  bool Send(const Request& request) { return !half_closed_ && stream_->Write(request); }
  void HalfClose() {
    if (!std::exchange(half_closed_, true)) stream_->WritesDone();
  }
  void Cancel() { context_.TryCancel(); }

  // The next message; empty when there is none any more.
  Response Read();
  // Reads until a message completes `revision` or a later one; returns all messages merged.
  Response ReadUpTo(uint64_t revision);
  // Reads until the stream ends; returns its status.
  grpc::Status Finish();

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
  bool half_closed_ = false;
  bool finished_ = false;
};

// The first message of a subscriber to `namespace_name`, at the head.
v1::SubscribeRequest FirstMessage(const std::string& namespace_name);
// The same after a position of DeliveryServer::kEpoch.
v1::SubscribeRequest FirstMessageAfter(const std::string& namespace_name, uint64_t revision);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_DELIVERY_DELIVERY_SERVER_H_
