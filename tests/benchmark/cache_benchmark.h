#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_CACHE_BENCHMARK_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_CACHE_BENCHMARK_H_

namespace cache_invalidation {

// Says to measure the cache of the SDK alone.
inline constexpr char kMeasureTheCache[] = "--measure_the_cache";

// Measures what a TaggedCache costs its callers, beside a hash map in 64 parts with a lock each,
// and prints a table. It takes half a minute.
void MeasureCache();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_CACHE_BENCHMARK_H_
