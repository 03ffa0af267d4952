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

// Messages that attacks are made of.

// A write of table `t` whose context has lists of so many different numbers, by name.
v1::WriteEvent WriteWithLists(uint64_t id, const std::vector<std::pair<std::string, int>>& lists);

// One InvalidateByWrites of `count` writes of table `t`, each with these lists.
v1::InvalidateByWritesRequest Transaction(
    uint64_t count, const std::vector<std::pair<std::string, int>>& lists = {});

// A rule that fires for table `t`.
v1::Rule RuleOf(const std::string& name);

// Registers so many rules, each with so many templates that multiply the lists `l` and `m`.
void RegisterProducts(Target& target, int rules, int templates);

// `count` entries, PREFIX0, PREFIX1, ... Each depends on the key `source`, unless that is empty.
std::vector<v1::TrackedEntry> Entries(uint64_t count, const std::string& prefix,
                                      const std::string& source = "",
                                      absl::Duration ttl = absl::InfiniteDuration());

// A tag or key of so many bytes that ends in this number.
std::string LongName(const std::string& prefix, uint64_t number, size_t bytes);

// Sends it as one transaction, which is to be taken, and waits for the answer.
void Send(Target& target, const v1::InvalidateByWritesRequest& request);

// Runs `each` with its number in so many threads at once, and waits for all.
void InParallel(int threads, const std::function<void(int)>& each);

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_INPUTS_H_
