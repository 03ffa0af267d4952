// SPDX-License-Identifier: Apache-2.0

// Loads two plugins, neither of which sees the symbols of the other, and prints what they made of
// its cache.
//
//   host HOST:PORT PLUGIN...

#include <dlfcn.h>

#include <iostream>
#include <string>

#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/tagged_cache.h"

using namespace cache_invalidation::client;

int main(int argc, char** argv) {
  const Client client(MakeConnection(argv[1]));
  const TaggedCache<std::string> cache(client, {.name = "host"});
  if (!cache.AwaitLive(absl::Seconds(30))) return 3;
  for (int i = 2; i < argc; ++i) {
    void* plugin = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) {
      std::cerr << dlerror() << "\n";
      return 4;
    }
    const auto run = reinterpret_cast<int (*)(const TaggedCache<std::string>&, const char*)>(
        dlsym(plugin, "Run"));
    std::cout << "returned " << run(cache, argv[1]) << "\n";
  }
  const CacheStatistics statistics = cache.Statistics();
  std::cout << "loads " << statistics.loads << ", hits " << statistics.hits << "\n";
}
