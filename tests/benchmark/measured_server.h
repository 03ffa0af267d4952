// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_

namespace cache_invalidation {

// Both serve on a free port of the loopback interface, write it to standard output, and exit when
// standard input ends, so that they exit with the program that measures them.

// The service, without default rules and HTTP.
void ServeTheService();

// InvalidateByWrite as a raw callback handler that ignores the request and returns a constant
// response: the cost of gRPC alone.
void ServeEmptyCalls();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_
