// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PERSISTENCE_PERSISTENT_SERVER_H_
#define CACHE_INVALIDATION_TESTS_PERSISTENCE_PERSISTENT_SERVER_H_

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/delivery/retention.h"
#include "server/server.h"
#include "tests/fakes/fake_clock.h"
#include "tests/services/service_test.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// A server whose store outlives it, on a clock that does not advance, and stubs of the running
// server. No default rules, no network.
class PersistentServerTest : public ::testing::Test {
 protected:
  using Entries = v1::CacheEntryService::Stub;
  using Dependencies = v1::DependencyService::Stub;
  using Invalidations = v1::InvalidationService::Stub;
  using Relationships = v1::RelationshipService::Stub;
  using Rules = v1::RuleService::Stub;
  using Stats = v1::StatsService::Stub;
  using Writes = v1::WriteEventService::Stub;

  PersistentServerTest();
  ~PersistentServerTest() override;

  // Starts a server with `options_` and the history limits below, on `directory_`. Fails the test
  // on an error.
  void Start();
  absl::StatusOr<std::unique_ptr<Server>> TryStart();
  void Use(std::unique_ptr<Server> server);
  void Stop();
  void Restart();
  // Simulates a killed process: the next start finds what the system had of its files.
  void Kill();

  // Returns everything that can be queried, as text. `keys`: the entries to look up.
  std::string Picture(const std::vector<std::string>& keys);

  v1::Position Position();
  // Returns what a subscriber that was disconnected since `start` receives up to `until`: "reset
  // REASON", or "REVISION KIND TARGET" for each invalidation.
  std::vector<std::string> Resume(const v1::Position& start, uint64_t until);

  std::list<TemporaryDirectory> directories_;  // all directories so far
  std::string directory_;                      // the one in use
  PersistenceOptions options_;
  size_t event_cache_bytes_ = ServerOptions().event_cache_bytes;
  delivery::RetentionLimits event_retention_ = ServerOptions().event_retention;
  std::string http_address_;  // none
  std::optional<absl::Duration> longest_earlier_lease_;
  FakeClock clock_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Entries> entries_;
  std::unique_ptr<Dependencies> dependencies_;
  std::unique_ptr<Invalidations> invalidations_;
  std::unique_ptr<Relationships> relationships_;
  std::unique_ptr<Rules> rules_;
  std::unique_ptr<Stats> stats_;
  std::unique_ptr<Writes> writes_;
  std::unique_ptr<v1::SubscriptionService::Stub> subscriptions_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_PERSISTENCE_PERSISTENT_SERVER_H_
