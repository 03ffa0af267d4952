// SPDX-License-Identifier: Apache-2.0

// A small user of the client. Prints its version, and what a cache has before and after a write.
//
//   ask HOST:PORT

#include <iostream>
#include <string>

#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/tagged_cache.h"
#include "cache_invalidation/client/version.h"

using namespace cache_invalidation::client;

constexpr absl::Duration kPatience = absl::Seconds(30);

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Client client(MakeConnection(argv[1]));
  const TaggedCache<std::string> names(client, {.name = "ask"});
  if (!names.AwaitLive(kPatience)) return 3;
  const auto loaded = names.GetOrLoad("name:42", [](Load& load) {
    load.AddTag("user:42");
    return std::string("Ada");
  });
  if (!loaded.ok()) return 4;
  const bool is_kept = static_cast<bool>(names.Get("name:42"));
  const auto result = client.InvalidateByWrite("user", "42", "update");
  if (!result.ok() || !names.AwaitApplied(result->position, kPatience)) return 5;
  std::cout << ClientVersion() << ": " << **loaded << ", kept: " << is_kept
            << ", after a write: " << static_cast<bool>(names.Get("name:42")) << "\n";
}
