#ifndef CACHE_INVALIDATION_TESTS_CACHE_SCENARIO_H_
#define CACHE_INVALIDATION_TESTS_CACHE_SCENARIO_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/internal/cache/cache_core.h"
#include "tests/cache/explorer.h"
#include "tests/cache/world.h"

namespace cache_invalidation::interleaving {

// Who does what at the same time.
struct Scenario {
  std::string name;
  std::map<std::string, KeySpec> keys;
  std::vector<std::string> cached = {};  // are read before it begins
  // Beside the cache's end of the stream, which is always there.
  std::function<std::vector<std::unique_ptr<Actor>>(World&)> actors;
  client::internal::CacheCoreOptions options = {};
  int preemptions = 2;  // as many as a search of a few seconds has room for
  // What the search has to find in it when it is broken on purpose.
  std::vector<Broken> finds = {};
};

std::vector<Scenario> AllScenarios();

// What happened over all runs, to see that the interesting things did.
struct Coverage {
  uint64_t hits = 0;
  uint64_t kept = 0;
  uint64_t refused = 0;
  uint64_t shared = 0;
  uint64_t invalidated = 0;
};

// Runs it once; answers what did not hold, if anything.
std::string RunScenario(const Scenario& scenario, Broken broken, int max_preemptions,
                        Schedule& schedule, Coverage& coverage);

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CACHE_SCENARIO_H_
