// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/figures.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_format.h"
#include "common/check.h"

namespace cache_invalidation {
namespace {

// Three digits that count.
std::string Text(double value) {
  return absl::StrFormat("%.*f", value < 1 ? 3 : value < 100 ? 2 : 0, value);
}

}  // namespace

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

double Quantile(std::vector<double> values, double part) {
  Check(!values.empty(), "something was measured");
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
}

std::vector<double> MediansByTurns(int runs, const std::vector<std::function<double()>>& measures) {
  std::vector<std::vector<double>> values(measures.size());
  for (int run = 0; run < runs; ++run) {
    for (size_t i = 0; i < measures.size(); ++i) values[i].push_back(measures[i]());
  }
  std::vector<double> medians;
  for (std::vector<double>& of_one : values) medians.push_back(Median(std::move(of_one)));
  return medians;
}

void PrintHeading(const std::string& title, const std::string& unit) {
  std::printf("\n%s; %s\n%8s %10s %10s\n", title.c_str(), unit.c_str(), "ratio", "figure", "limit");
  std::fflush(stdout);
}

void PrintRow(const std::string& what, double figure, double limit) {
  std::printf("%8s %10s %10s  %s\n", limit > 0 ? Text(figure / limit).c_str() : "",
              Text(figure).c_str(), limit > 0 ? Text(limit).c_str() : "", what.c_str());
  std::fflush(stdout);
}

}  // namespace cache_invalidation
