// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SERVICES_RANDOM_CALLS_H_
#define CACHE_INVALIDATION_TESTS_SERVICES_RANDOM_CALLS_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation {

// A client that makes random calls of every kind except subscriptions, one at a time, with names
// from small sets, so that the calls of several clients conflict.
//
// Thread-compatible.
class RandomCalls {
 public:
  RandomCalls(std::shared_ptr<grpc::Channel> channel, uint32_t seed);

  // Makes one call in a namespace; fails the test if the server returns an error. Returns the
  // highest revision in the response, 0 if none.
  uint64_t Call(const std::string& namespace_name);

 private:
  uint64_t Write(const std::string& namespace_name);
  uint64_t StreamWrites(const std::string& namespace_name);
  uint64_t Invalidate(const std::string& namespace_name);
  uint64_t Batch(const std::string& namespace_name);
  uint64_t Depend(const std::string& namespace_name);
  uint64_t Track(const std::string& namespace_name);
  uint64_t Declare(const std::string& namespace_name);
  uint64_t Ask(const std::string& namespace_name);

  // Returns a number below `bound`.
  uint32_t Below(uint32_t bound) { return random_() % bound; }
  std::string Tag();
  std::string Key();
  std::string Type();

  // Makes the call and expects it to succeed.
  template <typename Stub, typename Request, typename Response>
  Response Ok(Stub& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_code() << ": " << status.error_message();
    return response;
  }

  std::mt19937 random_;
  const std::unique_ptr<v1::CacheEntryService::Stub> entries_;
  const std::unique_ptr<v1::DependencyService::Stub> dependencies_;
  const std::unique_ptr<v1::InvalidationService::Stub> invalidations_;
  const std::unique_ptr<v1::RelationshipService::Stub> relationships_;
  const std::unique_ptr<v1::RuleService::Stub> rules_;
  const std::unique_ptr<v1::StatsService::Stub> stats_;
  const std::unique_ptr<v1::WriteEventService::Stub> writes_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SERVICES_RANDOM_CALLS_H_
