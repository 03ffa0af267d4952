// SPDX-License-Identifier: Apache-2.0

// Subscribes, reports a write, and prints what every cache is notified to drop.
//
//   watch_writes HOST:PORT

#include <future>
#include <iostream>

#include "cache_invalidation/client/client.h"

using namespace cache_invalidation::client;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: watch_writes HOST:PORT\n";
    return 2;
  }
  Client client(MakeConnection(argv[1]));

  std::promise<void> started;
  std::promise<Event> told;
  SubscriptionCallbacks callbacks;
  callbacks.on_started = [&, first = true](const SubscriptionStarted&) mutable {
    if (first) started.set_value();
    first = false;
  };
  callbacks.on_event = [&, first = true](const Event& event) mutable {
    if (first) told.set_value(event);
    first = false;
  };
  auto subscription = client.Subscribe({.name = "example", .tags = {"user"}}, callbacks);
  started.get_future().wait();

  // Always after the commit.
  absl::StatusOr<WriteResult> result = client.InvalidateByWrite("user", "user123", "update");
  if (!result.ok()) {
    std::cerr << result.status() << "\n";
    return 1;
  }

  const Event event = told.get_future().get();
  std::cout << "revision " << event.revision << "\n";
  for (const Invalidation& invalidation : event.invalidations) {
    std::cout << "  drop " << invalidation.name << "\n";
  }
}
