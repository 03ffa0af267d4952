// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_ATTACK_INPUTS_H_
#define CACHE_INVALIDATION_TESTS_ATTACK_INPUTS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/attack/target.h"

namespace cache_invalidation::attack {

// Building blocks of attacks.

// Returns a write of table `t` whose context has, for each name, a list of that many different
// numbers.
v1::WriteEvent WriteWithLists(uint64_t id, const std::vector<std::pair<std::string, int>>& lists);

// Returns one InvalidateByWrites of `count` writes of table `t`, each with these lists.
v1::InvalidateByWritesRequest Transaction(
    uint64_t count, const std::vector<std::pair<std::string, int>>& lists = {});

// Returns a rule that fires for table `t`.
v1::Rule RuleOf(const std::string& name);

// Registers `rules` rules, each with `templates` templates that multiply the lists `l` and `m`.
void RegisterProducts(Target& target, int rules, int templates);

// Returns `count` entries, PREFIX0, PREFIX1, ... Each depends on the key `source`, unless that is
// empty.
std::vector<v1::TrackedEntry> Entries(uint64_t count, const std::string& prefix,
                                      const std::string& source = "",
                                      absl::Duration ttl = absl::InfiniteDuration());

// Returns a tag or key of `bytes` bytes that ends in this number.
std::string LongName(const std::string& prefix, uint64_t number, size_t bytes);

// Sends it as one transaction, which must be accepted, and waits for the response.
void Send(Target& target, const v1::InvalidateByWritesRequest& request);

// Runs `each` with its number in `threads` threads at once, and waits for all.
void InParallel(int threads, const std::function<void(int)>& each);

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_INPUTS_H_
