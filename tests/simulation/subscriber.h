// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_SUBSCRIBER_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_SUBSCRIBER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/internal/subscription_core.h"
#include "tests/conformance/history.h"
#include "tests/simulation/cache.h"
#include "tests/simulation/connection.h"
#include "tests/simulation/publications.h"
#include "tests/simulation/surroundings.h"

namespace cache_invalidation::simulation {

// A process with a cache: the SDK's subscription over a network that breaks, and loads that fill
// the cache. Its clock runs a little faster or slower than the server's, within the margin of
// leases.
class Subscriber {
 public:
  Subscriber(Surroundings& world, const Publications& publications, std::string namespace_name,
             std::string name);
  ~Subscriber();

  // Takes one of the steps that are possible now.
  void Step();

  // Takes a step that loses nothing: connects, reads, or sends what is due. False if there is none.
  bool Settle();
  // It has applied everything that was published, may serve, and has no pending load.
  bool settled() const;

  // Fails if it serves a value that it must not serve now.
  void CheckCache();
  // The same when there are no more writes and it is settled: only the newest may be served.
  void CheckCurrent();
  // Fails if its messages break a guarantee.
  void CheckHistory(Publications& publications) const;

  const std::string& namespace_name() const { return namespace_name_; }
  bool acknowledges() const { return acknowledges_; }

 private:
  // A load of a value, from before it is read until it is kept or dropped.
  struct Load {
    Cache::Name name;
    Cache::Token token;
    uint64_t version = 0;
    std::shared_ptr<Call> declaration;  // of a view's dependency; null for a copy
  };

  absl::Duration LocalNow() const { return world_.now() * rate_; }

  void StartProcess();
  void Connect();
  void Read();
  void Say();
  void Disconnect();
  void BeginLoad();
  void EndLoad();
  void Send(const v1::SubscribeRequest& request);
  void Apply(const client::internal::Delivery& delivery);
  std::shared_ptr<Call> Declaration(const Load& load) const;

  Surroundings& world_;
  const Publications& publications_;
  const std::string namespace_name_;
  const std::string name_;
  client::SubscriptionOptions options_;
  const bool acknowledges_;
  const double rate_;  // its seconds in one of the server's

  uint64_t instance_ = 0;
  std::unique_ptr<client::internal::SubscriptionCore> core_;
  std::unique_ptr<Cache> cache_;
  std::shared_ptr<Connection> connection_;
  std::string server_epoch_;  // of the server that it is connected to
  std::optional<Load> load_;
  conformance::SubscriberHistory history_;
  std::vector<std::string> epochs_;  // of each stream; empty: it never started
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_SUBSCRIBER_H_
