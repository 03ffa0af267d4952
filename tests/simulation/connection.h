#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_CONNECTION_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_CONNECTION_H_

#include <deque>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::simulation {

// What is on its way between a subscriber and its stream in the server. Neither end sees what
// becomes of the other before the network tells it.
struct Connection {
  std::deque<v1::SubscribeRequest> to_server;
  std::deque<v1::SubscribeResponse> to_client;
  // How the server ended the call, or why the connection broke: comes after what is on its way.
  std::optional<absl::Status> ended;
  // The subscriber has left; the server does not know yet.
  bool left = false;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_CONNECTION_H_
