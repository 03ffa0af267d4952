// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CLIENT_SCENARIO_PARTS_H_
#define CACHE_INVALIDATION_TESTS_CLIENT_SCENARIO_PARTS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/cache_options.h"
#include "client/event.h"
#include "client/internal/cache/cache_core.h"
#include "tests/client/actors.h"
#include "tests/client/scenario.h"
#include "tests/client/world.h"

// What scenarios are made of. For the files of scenarios alone.
namespace cache_invalidation::interleaving {

using client::Invalidation;
using client::InvalidationKind;
using client::ReadOptions;
using client::TargetKind;
using client::internal::CacheCoreOptions;
using Actors = std::vector<std::unique_ptr<Actor>>;

template <typename... Parts>
Actors Together(std::unique_ptr<Parts>... parts) {
  Actors actors;
  (actors.push_back(std::move(parts)), ...);
  return actors;
}

// Breaks the stream, lets the lease end, and connects again.
inline std::unique_ptr<Script> CutOff(World& world) {
  return std::make_unique<Script>(std::vector<std::function<void()>>{
      [&world] { world.service().Disconnect(); },
      [&world] { world.Advance(kServiceLease); },
      [&world] { Connect(world); },
  });
}

inline const std::string& User() {
  static const auto* const key = new std::string(KeyInShard("user:", 0));
  return *key;
}
inline const std::string& Page() {
  static const auto* const key = new std::string(KeyInShard("page:", 1));
  return *key;
}
inline const std::string& Third() {
  static const auto* const key = new std::string(KeyInShard("third:", 0));
  return *key;
}

inline constexpr ReadOptions kRevalidating{.while_revalidating = true};
inline constexpr ReadOptions kFenced{.while_fenced = true};

inline constexpr int kUserRow = 0;
inline constexpr int kPageRow = 1;

inline KeySpec UserSpec() { return {.row = kUserRow, .tags = {{"user:1"}}}; }
inline KeySpec PageSpec() {
  return {.row = kPageRow,
          .computed_from = User(),
          .tags = {{"page:1"}},
          .depends_on = {.keys = {User()}}};
}

inline Invalidation Evict(std::string tag) {
  return {.kind = InvalidationKind::kEvict, .target = TargetKind::kTag, .name = std::move(tag)};
}
inline Invalidation Mark(std::string tag) {
  return {.kind = InvalidationKind::kMarkStale, .target = TargetKind::kTag, .name = std::move(tag)};
}

inline CacheCoreOptions TwoShards() { return {.shards = 2}; }

// Each version of the user belongs to another team, and the invalidation names the old one.
inline KeySpec MovingUser() { return {.row = kUserRow, .tags = {{"team:0"}, {"team:1"}}}; }

// Those with several keys, asynchronous loads and values kept as stale.
std::vector<Scenario> ScenariosOfVerbs();

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CLIENT_SCENARIO_PARTS_H_
