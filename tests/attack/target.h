// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_ATTACK_TARGET_H_
#define CACHE_INVALIDATION_TESTS_ATTACK_TARGET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/declaration_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/support/probe.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::attack {

// The attacker's namespace; the healthy client has another one on the same shard.
inline constexpr char kNamespace[] = "hostile";

// The real server program over a new directory, with stubs to attack it. For one thread, except for
// the stubs.
class Target {
 public:
  // `descriptors`: maximum number of open files of the server; 0: the usual number.
  explicit Target(int descriptors = 0);
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  int grpc_port() const { return server_.Port("grpc"); }
  int http_port() const { return server_.Port("http"); }
  std::string address() const;

  // Returns a connection that nothing else shares.
  std::shared_ptr<grpc::Channel> NewChannel() const;

  v1::WriteEventService::Stub& writes() { return *writes_; }
  v1::InvalidationService::Stub& invalidations() { return *invalidations_; }
  v1::CacheEntryService::Stub& entries() { return *entries_; }
  v1::DependencyService::Stub& dependencies() { return *dependencies_; }
  v1::DeclarationService::Stub& declarations() { return *declarations_; }
  v1::RuleService::Stub& rules() { return *rules_; }
  v1::RelationshipService::Stub& relationships() { return *relationships_; }

  // Registers a rule in kNamespace; aborts if it is refused.
  void Register(const v1::Rule& rule);
  // Tracks entries, a thousand per call.
  void Track(const std::vector<v1::TrackedEntry>& entries);

  // Records that the attack observed an error. Of many, the first few are kept.
  void Complain(const std::string& what) {
    if (++complained_ <= 3) complaints_ += " " + what + ";";
  }
  const std::string& complaints() const { return complaints_; }

  bool alive();
  // Asks the server to stop, or kills it. Returns how long it took to exit.
  absl::Duration Stop();

  // The resident memory of the server, and its maximum since ForgetPeak.
  int64_t ResidentBytes() const { return cache_invalidation::ResidentBytes(pid()); }
  int64_t PeakBytes() const { return PeakResidentBytes(pid()); }
  void ForgetPeak() const;

  // How often a request or timer held a shard for at most each bound.
  using Holds = std::vector<std::pair<absl::Duration, double>>;
  Holds holds() const;
  // Returns the longest hold between the two, as the smallest bound that it did not exceed.
  static absl::Duration LongestSince(const Holds& before, const Holds& after);

 private:
  pid_t pid() const { return server_.program().pid(); }

  const TemporaryDirectory directory_;
  // Separate, so that it can be stopped while calls are open.
  mutable RunningServer server_;
  bool ended_ = false;
  int complained_ = 0;
  std::string complaints_;
  std::unique_ptr<v1::WriteEventService::Stub> writes_;
  std::unique_ptr<v1::InvalidationService::Stub> invalidations_;
  std::unique_ptr<v1::CacheEntryService::Stub> entries_;
  std::unique_ptr<v1::DependencyService::Stub> dependencies_;
  std::unique_ptr<v1::DeclarationService::Stub> declarations_;
  std::unique_ptr<v1::RuleService::Stub> rules_;
  std::unique_ptr<v1::RelationshipService::Stub> relationships_;
};

// Makes one call, by default with a deadline far beyond its duration, and returns its status.
template <typename Stub, typename Request, typename Response>
grpc::Status Call(Stub& stub,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response* response,
                  absl::Duration deadline = absl::Minutes(5)) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(RealClock().Now() + deadline));
  return (stub.*method)(&context, request, response);
}

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_TARGET_H_
