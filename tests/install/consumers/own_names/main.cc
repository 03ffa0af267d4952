// SPDX-License-Identifier: Apache-2.0

// A project with folders of the names that the folders of the SDK have.

#include <memory>

#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/tagged_cache.h"
#include "cache_invalidation/client/testing/fake_clock.h"
#include "cache_invalidation/client/testing/local_connection.h"
#include "client/client.h"
#include "common/mutex.h"

using namespace cache_invalidation::client;

int main() {
  own::Client own_client;
  own::Mutex own_mutex;
  FakeClock clock;
  const Client client(std::make_shared<LocalConnection>());
  const TaggedCache<int> cache(client, {.name = "own", .clock = &clock});
  const auto seven = cache.GetOrLoad("seven", [](Load&) { return 7; });
  return seven.ok() && **seven == 7 ? own_client.mutex.locked + own_mutex.locked : 1;
}
