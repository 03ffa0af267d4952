// SPDX-License-Identifier: Apache-2.0

// A plugin: reads a catalog from the host's cache, and asks the service by a connection of its own.
// Returns 0, or where it failed.

#include <string>

#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/tagged_cache.h"
#include "catalog.h"

using namespace cache_invalidation::client;

extern "C" __attribute__((visibility("default"))) int Run(const TaggedCache<std::string>& shared,
                                                          const char* endpoint) {
  const TaggedCache<Catalog> catalogs(shared);
  for (int i = 0; i < 2; ++i) {
    const auto catalog = catalogs.GetOrLoad("catalog", [](Load& load) {
      load.AddTag("product");
      return Catalog{{"lamp"}};
    });
    if (!catalog.ok() || (*catalog)->products.size() != 1) return 1;
  }
  // Not a string, in whichever library it was loaded.
  if (shared.Get("catalog")) return 2;
  const Client own(MakeConnection(endpoint));
  return own.GetInvalidationStats().ok() ? 0 : 3;
}
