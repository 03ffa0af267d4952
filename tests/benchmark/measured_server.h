#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_

namespace cache_invalidation {

// Both serve on a free port of the loopback, write it to standard output, and end with standard
// input: when whoever measures them ends, so do they.

// The service, without default rules and HTTP.
void ServeTheService();

// InvalidateByWrite as a raw callback handler that looks at nothing and always answers the same:
// what gRPC alone costs.
void ServeEmptyCalls();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_
