// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_LOAD_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_LOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "grpcpp/client_context.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"

namespace cache_invalidation {

// Load for a server. Every function blocks until it is done, and every write is of type `item`,
// with an operation and no context.

// Makes `calls` calls of InvalidateByWrite, eight at a time over one connection.
void CallInvalidateByWrite(const std::string& address, int64_t calls);

// Sends `messages` messages of 256 groups with one write each through one StreamWrites.
inline constexpr int kGroupsPerMessage = 256;
void StreamWrites(const std::string& address, int64_t messages);

// Subscribers from the head of the namespace on, each with its own connection and thread.
class Subscribers {
 public:
  // Returns when all have started.
  Subscribers(const std::string& address, int count);

  // Blocks until each has received `events` events, and ends them all.
  void Await(uint64_t events);

 private:
  using Stream = grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>;
  struct Subscriber {
    std::unique_ptr<v1::SubscriptionService::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<Stream> stream;
  };

  std::vector<std::unique_ptr<Subscriber>> subscribers_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_LOAD_H_
