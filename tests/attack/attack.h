// SPDX-License-Identifier: Apache-2.0

// Attacks: what one client can send to harm all others, and the cost that each must not exceed.

#ifndef CACHE_INVALIDATION_TESTS_ATTACK_ATTACK_H_
#define CACHE_INVALIDATION_TESTS_ATTACK_ATTACK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/attack/target.h"

namespace cache_invalidation::attack {

// Limits on the cost of an attack. Independently of these, the server must survive, and no call of
// a healthy client in another namespace may fail.
struct Goal {
  // Longest time that one request may hold a shard.
  absl::Duration hold = absl::Milliseconds(100);
  // Memory in addition to what the server had before.
  int64_t bytes = int64_t{1} << 30;
  // Why the goal does not apply: what gRPC itself keeps cannot be fixed here. Empty: it applies.
  std::string beyond_us = "";
};

struct Attack {
  std::string name;   // one word, for --only
  std::string input;  // description of what is sent
  // Prepares the state; its cost is not measured. Can be empty.
  std::function<void(Target&)> prepare;
  std::function<void(Target&)> run;
  Goal goal = {};
  // Maximum number of open files and sockets of the server; 0: the usual number.
  int descriptors = 0;
  // The attack stops the server itself; there is no healthy client.
  bool stops = false;
};

// Size of the inputs: full, or reduced for a test run.
struct Size {
  bool full = true;
  uint64_t Of(uint64_t all, uint64_t some) const { return full ? all : some; }
};

// Single requests whose cost is far out of proportion to their size.
std::vector<Attack> RequestAttacks(const Size& size);
// State that becomes large through many requests.
std::vector<Attack> ObjectAttacks(const Size& size);
// Many namespaces, streams, sessions or connections.
std::vector<Attack> CrowdAttacks(const Size& size);
// More calls than the server can answer.
std::vector<Attack> OverloadAttacks(const Size& size);
// Bytes that no client library would send.
std::vector<Attack> WireAttacks(const Size& size);

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_ATTACK_H_
