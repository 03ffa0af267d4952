// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CLIENT_SCENARIO_H_
#define CACHE_INVALIDATION_TESTS_CLIENT_SCENARIO_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/internal/cache/cache_core.h"
#include "tests/client/explorer.h"
#include "tests/client/world.h"

namespace cache_invalidation::interleaving {

// A set of concurrent actors.
struct Scenario {
  std::string name;
  std::map<std::string, KeySpec> keys;
  std::vector<std::string> cached = {};  // read before the actors start
  // In addition to the cache's end of the stream.
  std::function<std::vector<std::unique_ptr<Actor>>(World&)> actors;
  client::internal::CacheCoreOptions options = {};
  int preemptions = 2;  // as many as fit into a search of a few seconds
  // The faults that the search must find when they are injected.
  std::vector<Broken> finds = {};
};

std::vector<Scenario> AllScenarios();

// Totals over all runs, to check that the interesting cases occurred.
struct Coverage {
  uint64_t hits = 0;
  uint64_t kept = 0;
  uint64_t refused = 0;
  uint64_t shared = 0;
  uint64_t invalidated = 0;
};

// Runs it once. Returns the first violation, or an empty string.
std::string RunScenario(const Scenario& scenario, Broken broken, int max_preemptions,
                        Schedule& schedule, Coverage& coverage);

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CLIENT_SCENARIO_H_
