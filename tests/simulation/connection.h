// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_CONNECTION_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_CONNECTION_H_

#include <deque>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::simulation {

// The messages between a subscriber and its stream in the server. Neither end notices that the
// other has gone before the network reports it.
struct Connection {
  std::deque<v1::SubscribeRequest> to_server;
  std::deque<v1::SubscribeResponse> to_client;
  // How the server ended the call, or why the connection broke; read after all messages.
  std::optional<absl::Status> ended;
  // The subscriber has left; the server does not know yet.
  bool left = false;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_CONNECTION_H_
