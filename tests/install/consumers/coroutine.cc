// SPDX-License-Identifier: Apache-2.0

// Copies examples/coroutine: awaits one value of a cache. The endpoint is its argument.

#include <functional>
#include <iostream>
#include <string>

#include "awaitable_cache.h"
#include "cache_invalidation/client/client.h"

using namespace cache_invalidation::client;

namespace {

Task ShowUser(TaggedCache<std::string> users) {
  AwaitableLoad load(users, "user:42", [](Load& load) {
    load.AddTag("user:42");
    return std::string("Ada");
  });
  const absl::StatusOr<Cached<std::string>> user = co_await load;
  std::cout << (user.ok() ? **user : user.status().ToString()) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Client client(MakeConnection(argv[1]));
  // Loads on the caller's thread: the coroutine has ended when it returns.
  TaggedCacheOptions options = {.name = "coroutine"};
  options.executor = [](const std::function<void()>& task) { task(); };
  ShowUser(TaggedCache<std::string>(client, options));
  return 0;
}
