// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_LOAD_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_LOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"
#include "tests/benchmark/audience.h"

namespace cache_invalidation {

// Load for a server. Every function blocks until it is done.

// A connection of its own, also if there is another one to the address.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// The write with this number: of type `item`, with one of a thousand ids, an operation and no
// context.
void Fill(v1::WriteEvent& write, int64_t number);

// Registers one rule with two tags, which each of those writes triggers.
void RegisterRule(const std::string& address);

// Makes `calls` calls of InvalidateByWrite over one connection, so many at a time.
inline constexpr int kCallsInFlight = 64;
void CallInvalidateByWrite(const std::string& address, int64_t calls);

// Sends `messages` messages of 256 groups with one write each through one StreamWrites.
inline constexpr int kGroupsPerMessage = 256;
void StreamWrites(const std::string& address, int64_t messages);

// Subscribers from the head of the namespace on.
class Subscribers final : public Audience {
 public:
  // Returns when all have started. `filters`: how many different filters they have, all of which
  // those writes pass; 0: none has a filter.
  Subscribers(const std::string& address, int count, int filters = 0);
  ~Subscribers() override;

  int size() const override { return static_cast<int>(subscribers_.size()); }
  int64_t Read(int subscriber) override;

  // What a subscriber was sent since it started. REQUIRES: nothing reads it now.
  int64_t messages(int subscriber) const { return subscribers_[subscriber]->messages; }
  const v1::Event& last_event(int subscriber) const {
    return subscribers_[subscriber]->response.events().at(0);
  }

 private:
  using Stream = grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>;
  struct Subscriber {
    std::unique_ptr<v1::SubscriptionService::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<Stream> stream;
    v1::SubscribeResponse response;
    int64_t messages = 0;
  };

  std::vector<std::unique_ptr<Subscriber>> subscribers_;
};

// Blocks until each subscriber has received `events` events.
void AwaitEvents(Audience& audience, int64_t events);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_LOAD_H_
