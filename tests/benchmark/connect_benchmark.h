// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_CONNECT_BENCHMARK_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_CONNECT_BENCHMARK_H_

#include <string>
#include <vector>

namespace cache_invalidation {

// One measured figure, and what it shall be.
struct Figure {
  std::string what;
  double value = 0;
  std::string unit;
  double goal = 0;       // 0: none
  bool is_most = false;  // the goal is a maximum
};

// Each runs the real programs of this build, with a database or cache of its own, for at most two
// minutes.

// Small transactions that wait in the slot, reported as fast as it goes.
std::vector<Figure> MeasureBacklog(int transactions);

// From a commit until it is reported, at a rate of commits that is far below what is possible.
std::vector<Figure> MeasureLatency(int per_second, int seconds);

// The memory of the connector for one transaction.
std::vector<Figure> MeasureLargeTransaction(int rows);

// Keys in Redis that events name, all of which are there.
std::vector<Figure> MeasureRedis(int keys);

// Tags that Varnish has to purge; some pages carry one of them.
std::vector<Figure> MeasureVarnish(int tags, int pages);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_CONNECT_BENCHMARK_H_
