// SPDX-License-Identifier: Apache-2.0

// What cache_invalidation_connect does in a second, how late it is, and how much memory it needs:
// with the real service, PostgreSQL, Redis and Varnish. `./dev bench connect` runs it.

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_split.h"
#include "tests/benchmark/connect_benchmark.h"

ABSL_FLAG(std::vector<std::string>, only, {}, "backlog, latency, redis, varnish, memory.");
ABSL_FLAG(int, transactions, 400'000, "backlog: transactions of one row each.");
ABSL_FLAG(int, rate, 1'000, "latency: transactions per second.");
ABSL_FLAG(int, seconds, 30, "latency: how long.");
ABSL_FLAG(int, keys, 1'000'000, "redis: keys.");
ABSL_FLAG(int, tags, 200'000, "varnish: tags.");
ABSL_FLAG(int, pages, 5'000, "varnish: pages, each with one of the tags.");
ABSL_FLAG(int, rows, 1'000'000, "memory: rows of one transaction.");

namespace cache_invalidation {
namespace {

void Print(const std::vector<Figure>& figures) {
  for (const Figure& figure : figures) {
    std::printf("%-58s %10.*f %-5s", figure.what.c_str(), figure.value < 100 ? 2 : 0, figure.value,
                figure.unit.c_str());
    if (figure.goal > 0) {
      const bool is_reached =
          figure.is_most ? figure.value < figure.goal : figure.value >= figure.goal;
      std::printf(" %s %6.0f  %s", figure.is_most ? "<" : ">", figure.goal,
                  is_reached ? "reached" : "MISSED");
    }
    std::printf("\n");
  }
  std::fflush(stdout);
}

void Run() {
  const std::vector<std::pair<std::string, std::function<std::vector<Figure>()>>> all = {
      {"backlog", [] { return MeasureBacklog(absl::GetFlag(FLAGS_transactions)); }},
      {"latency",
       [] { return MeasureLatency(absl::GetFlag(FLAGS_rate), absl::GetFlag(FLAGS_seconds)); }},
      {"redis", [] { return MeasureRedis(absl::GetFlag(FLAGS_keys)); }},
      {"varnish",
       [] { return MeasureVarnish(absl::GetFlag(FLAGS_tags), absl::GetFlag(FLAGS_pages)); }},
      {"memory", [] { return MeasureLargeTransaction(absl::GetFlag(FLAGS_rows)); }},
  };
  const std::vector<std::string> only = absl::GetFlag(FLAGS_only);
  std::printf("%-58s %10s       %8s\n", "", "", "goal");
  for (const auto& [name, measure] : all) {
    bool is_wanted = only.empty();
    for (const std::string& wanted : only) is_wanted = is_wanted || wanted == name;
    if (is_wanted) Print(measure());
  }
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  cache_invalidation::Run();
  return EXIT_SUCCESS;
}
