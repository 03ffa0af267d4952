// Attacks: what one client can send to hurt all others, and what that may cost.

#ifndef CACHE_INVALIDATION_TESTS_ATTACK_ATTACK_H_
#define CACHE_INVALIDATION_TESTS_ATTACK_ATTACK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/attack/target.h"

namespace cache_invalidation::attack {

// What an attack may cost. The server lives on in any case, and no call of a healthy client in
// another namespace fails.
struct Goal {
  // The longest that one request may hold a shard.
  absl::Duration hold = absl::Milliseconds(100);
  // On top of what the server had before.
  int64_t bytes = int64_t{1} << 30;
  // Why it is not held to the goal: what gRPC itself keeps cannot be mended here. Empty: it is.
  std::string beyond_us = "";
};

struct Attack {
  std::string name;   // one word, for --only
  std::string input;  // what is sent, in words
  // Prepares the state; its cost is not measured. May be empty.
  std::function<void(Target&)> prepare;
  std::function<void(Target&)> run;
  Goal goal = {};
  // How many files and sockets the server may have open; 0: as many as usual.
  int descriptors = 0;
  // It ends the server itself; there is no healthy client.
  bool stops = false;
};

// How large the inputs are: all of it, or what a test run has time for.
struct Size {
  bool full = true;
  uint64_t Of(uint64_t all, uint64_t some) const { return full ? all : some; }
};

// One request that costs far more than it weighs.
std::vector<Attack> RequestAttacks(const Size& size);
// What is large after many requests.
std::vector<Attack> ObjectAttacks(const Size& size);
// Many namespaces, streams, sessions, connections.
std::vector<Attack> CrowdAttacks(const Size& size);
// Bytes that no client library would send.
std::vector<Attack> WireAttacks(const Size& size);

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_ATTACK_H_
