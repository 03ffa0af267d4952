// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_FIGURES_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_FIGURES_H_

#include <functional>
#include <string>
#include <vector>

namespace cache_invalidation {

double Median(std::vector<double> values);

// The value that this part of all values does not exceed: 0.99 is the 99th percentile.
double Quantile(std::vector<double> values, double part);

// Measures each of them `runs` times and returns the median of each. They take turns, so that what
// else the machine does hits all of them.
std::vector<double> MediansByTurns(int runs, const std::vector<std::function<double()>>& measures);

// Prints the head of a table: what it shows, and in which unit.
void PrintHeading(const std::string& title, const std::string& unit);

// Prints a row: the ratio of the figure to the limit, then both. The limit is what the work costs
// without us, measured in the same run; 0: there is none.
void PrintRow(const std::string& what, double figure, double limit = 0);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_FIGURES_H_
