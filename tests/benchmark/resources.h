// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_RESOURCES_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_RESOURCES_H_

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace cache_invalidation {

// What this process uses.

// The calling thread's CPU time: what other work on the machine takes does not count.
absl::Duration ThreadTime();

// The bytes of the heap that what `make` returns holds.
double HeapBytes(const std::function<std::shared_ptr<void>()>& make);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_RESOURCES_H_
