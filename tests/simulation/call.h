// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_CALL_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_CALL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "server/delivery/observer.h"
#include "server/shard/mailbox.h"
#include "tests/property/step.h"

namespace cache_invalidation::simulation {

// A call that a client makes, shared by both ends.
struct Call {
  // The client's part.
  std::string namespace_name;
  std::vector<std::variant<engine::Command, engine::Query>> requests;
  std::shared_ptr<property::Buffer> buffer;  // that they point into
  bool waits = false;                        // until subscribers have applied the first request
  std::optional<absl::Duration> wait_timeout;
  bool given_up = false;  // the client has stopped waiting for the answer
  // Called when the answer leaves the server. May be empty.
  std::function<void(const Call&)> on_answer;

  // The server's.
  uint64_t number = 0;
  bool answered = false;
  std::vector<shard::Result> answers;  // one per request
  std::string epoch;
  std::optional<delivery::WaitOutcome> outcome;

  bool ok() const { return answers.front().ok(); }
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_CALL_H_
