// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_SERVER_BENCHMARK_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_SERVER_BENCHMARK_H_

namespace cache_invalidation {

// Arguments with which this program starts itself as one of the servers of measured_server.h.
inline constexpr char kServeTheService[] = "--serve_the_service";
inline constexpr char kServeEmptyCalls[] = "--serve_empty_calls";

// Measures the CPU time of the server per write and per delivered event, and prints a table. Takes
// about a minute.
void MeasureServer();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_SERVER_BENCHMARK_H_
