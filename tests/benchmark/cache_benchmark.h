// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_CACHE_BENCHMARK_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_CACHE_BENCHMARK_H_

namespace cache_invalidation {

// Argument that measures only the cache of the SDK.
inline constexpr char kMeasureTheCache[] = "--measure_the_cache";

// Measures the cost of a TaggedCache to its callers, beside a hash map in 64 parts with a lock
// each, and prints a table. Takes half a minute.
void MeasureCache();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_CACHE_BENCHMARK_H_
