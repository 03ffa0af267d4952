// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_HEALTHY_CLIENT_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_HEALTHY_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace cache_invalidation {

// Results of a client's calls.
struct Health {
  int64_t writes = 0;         // unary ones, and those of one StreamWrites call
  int64_t events = 0;         // received by one Subscribe call
  absl::Duration slowest;     // of the writes
  std::string first_failure;  // empty: none
};

// A client as applications have it: makes unary writes, streams writes and subscribes, the latter
// two with one long call each. It never retries: every failure is reported. For one thread.
class HealthyClient {
 public:
  // Returns when its subscription has started.
  explicit HealthyClient(const std::shared_ptr<grpc::Channel>& channel);
  ~HealthyClient();

  HealthyClient(const HealthyClient&) = delete;
  HealthyClient& operator=(const HealthyClient&) = delete;

  int64_t writes() const { return writes_; }

  // Stops it once every write has come back as an event, or after ten seconds.
  Health Stop();

 private:
  void Write();
  void Subscribe();
  void Fail(const std::string& what, const std::string& why);

  const std::shared_ptr<grpc::Channel> channel_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> subscribed_ = false;
  std::atomic<bool> failed_ = false;
  std::atomic<int64_t> writes_ = 0;
  std::atomic<int64_t> events_ = 0;
  absl::Duration slowest_;  // the writer's
  std::string failure_;     // of the call that failed first
  grpc::ClientContext subscription_;
  std::thread writer_;
  std::thread subscriber_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_HEALTHY_CLIENT_H_
