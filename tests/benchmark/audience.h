// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_AUDIENCE_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_AUDIENCE_H_

#include <cstdint>

namespace cache_invalidation {

// Subscribers of whatever is measured, each with a connection of its own.
class Audience {
 public:
  virtual ~Audience() = default;

  virtual int size() const = 0;

  // Blocks until a subscriber, 0 to size() - 1, receives something; returns how many events. Each
  // subscriber is for one thread.
  virtual int64_t Read(int subscriber) = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_AUDIENCE_H_
