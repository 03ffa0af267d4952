// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_TESTING_SCRIPTED_SERVICE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_TESTING_SCRIPTED_SERVICE_H_

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "grpcpp/server_context.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"

namespace cache_invalidation::client::internal {

// For tests: FlushPendingInvalidations returns the statuses of a script, then OK. Records the
// requests.
class ScriptedService final : public v1::InvalidationService::Service {
 public:
  grpc::Status FlushPendingInvalidations(grpc::ServerContext* context,
                                         const v1::FlushPendingInvalidationsRequest* request,
                                         v1::FlushPendingInvalidationsResponse* response) override {
    MutexLock lock(mutex_);
    requests.push_back(*request);
    const auto agent = context->client_metadata().find("user-agent");
    user_agents.push_back(agent == context->client_metadata().end()
                              ? ""
                              : std::string(agent->second.data(), agent->second.size()));
    allowed.push_back(absl::FromChrono(context->deadline()) - RealClock().Now());
    metadata.emplace_back();
    for (const auto& [name, value] : context->client_metadata()) {
      metadata.back().emplace(std::string(name.data(), name.size()),
                              std::string(value.data(), value.size()));
    }
    called_.NotifyAll();
    if (script.empty()) {
      response->set_flushed(7);
      return grpc::Status::OK;
    }
    if (!pushback.empty()) context->AddTrailingMetadata("grpc-retry-pushback-ms", pushback);
    grpc::Status status = script.front();
    script.pop_front();
    while (held_) released_.Wait(mutex_);
    return status;
  }

  // Calls with a scripted status do not return before Release.
  void Hold() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void Release() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    held_ = false;
    released_.NotifyAll();
  }

  // Blocks until `count` calls have arrived.
  void AwaitCalls(size_t count) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (requests.size() < count) called_.Wait(mutex_);
  }

  // To be used before and after the calls only.
  std::deque<grpc::Status> script;
  std::string pushback;  // the delay that scripted statuses ask for; empty: none
  std::vector<v1::FlushPendingInvalidationsRequest> requests;
  std::vector<absl::Duration> allowed;
  std::vector<std::string> user_agents;
  std::vector<std::multimap<std::string, std::string>> metadata;

 private:
  Mutex mutex_;
  CondVar called_;
  CondVar released_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_TESTING_SCRIPTED_SERVICE_H_
