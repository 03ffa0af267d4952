// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CLIENT_WORLD_H_
#define CACHE_INVALIDATION_TESTS_CLIENT_WORLD_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cache_options.h"
#include "client/dependency.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/flight.h"
#include "tests/client/service_model.h"

namespace cache_invalidation::interleaving {

// Versions of the rows of the database; -1: not read.
inline constexpr int kRows = 2;
using Versions = std::array<int, kRows>;

// How a key is loaded, and what its loader declares.
struct KeySpec {
  int row = 0;                     // the row that is read
  std::string computed_from = {};  // a key that is read first, through the cache
  // By version of the row; later versions use the last element.
  std::vector<std::vector<std::string>> tags = {};
  client::DependencyNames depends_on = {};

  const std::vector<std::string>& Tags(int version) const {
    return tags[std::min<size_t>(version, tags.size() - 1)];
  }
};

// The fault that is injected into the cache, to check that the search finds it.
enum class Broken {
  kNothing,
  // A load takes its position at its end.
  kPositionAfterLoad,
  // Callers share any load.
  kSharesAnyLoad,
  // The lease is not checked.
  kNoFence,
  // The lease is checked after the entry was found.
  kFenceAfterLookup,
  // The lease is measured from the arrival of its echo.
  kLeaseFromEcho,
  // Nothing is taken over from cached keys.
  kNoTakeOver,
  // What was taken over can be from another value than the one that was read.
  kNoDepartures,
  // Acknowledges events that it has not applied.
  kAcknowledgesEarly,
  // A new history does not drop what is cached.
  kNoReset,
  // A load that began in another history is checked by its steps alone.
  kNoResetCount,
  // A key that the service knows is not registered.
  kNoRegistration,
  // A key that is unknown everywhere is treated as one of the service.
  kKeepsUnknownParts,
  // Callers that do not accept stale values get them.
  kTakesStale,
  // Values are kept as stale for longer than was asked for.
  kStaleForLonger,
  // A value that may be computed from a stale one counts as computed from a fresh one.
  kForgetsStale,
  // Callers share a value whose loader was given a stale one.
  kSharesStale,
};

std::string Name(Broken broken);

// A database, the service, one cache, and the invariants between them.
class World {
 public:
  World(std::map<std::string, KeySpec> keys, client::internal::CacheCoreOptions options,
        Broken broken);

  // ---- Database and service

  int Commit(int row) { return ++database_[row]; }
  int Read(int row) const { return database_[row]; }
  ServiceModel& service() { return service_; }

  // A call that waited for a commit has returned.
  void Cover(int row, int version);
  // The versions that every later read must at least return.
  const Versions& covered() const { return covered_; }
  // The versions that every later read must at least return though it accepts stale values.
  Versions covered_for_stale() const;

  // ---- Time

  Time now() const { return now_; }
  void Advance(Time by) { now_ += by; }
  absl::Duration Now() const { return absl::Seconds(now_); }

  // ---- The cache

  client::internal::CacheCore& cache() { return *cache_; }
  // One type for all values.
  client::internal::ValueType& type() { return type_; }
  const KeySpec& Spec(const std::string& key) const { return keys_.at(key); }
  Broken broken() const { return broken_; }

  // Loads that are queued in the executor.
  std::deque<std::shared_ptr<client::internal::Flight>>& queued() { return queued_; }

  // Only one actor applies at a time, from BeginApplying to EndApplying.
  bool MayApply(const void* who) const { return applying_ == nullptr || applying_ == who; }
  void BeginApplying(const void* who) { applying_ = who; }
  void EndApplying() { applying_ = nullptr; }

  // ---- What holds

  // Checks the result of a read that began when `floor` was covered.
  void CheckRead(const std::string& key, const Versions& read, const Versions& floor);
  // Checks, once everything was delivered and applied, that nothing old is cached.
  void CheckNothingStale();

  // Returns the first violation.
  const std::string& failure() const { return failure_; }

 private:
  void Fail(std::string what);

  const std::map<std::string, KeySpec> keys_;
  const Broken broken_;
  Versions database_ = {};
  Versions covered_ = {};
  struct Covered {
    int row;
    int version;
    Time since;
  };
  std::vector<Covered> covers_;
  const Time stale_for_;  // as asked for; 0: stale values are not checked
  Time now_ = 1;
  ServiceModel service_;
  const std::unique_ptr<client::internal::CacheCore> cache_;
  client::internal::ValueType& type_;
  std::deque<std::shared_ptr<client::internal::Flight>> queued_;
  const void* applying_ = nullptr;
  std::string failure_;
};

// Returns a key that begins with `prefix` and is in that one of two shards.
std::string KeyInShard(const std::string& prefix, size_t shard);

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CLIENT_WORLD_H_
