// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_
#define CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_

#include <string>

#include "tests/support/healthy_client.h"
#include "tests/support/program.h"

namespace cache_invalidation::attack {

// Runs a HealthyClient in the default namespace as a process of its own, so that the attacker's
// work does not slow it down. For one thread.
class HealthyProcess {
 public:
  // `program`: the path of this program. Returns when the client has started.
  HealthyProcess(const std::string& program, int port);
  // Stops the process and returns the client's result. Call at most once.
  Health Finish();

 private:
  Program program_;
};

// The main function of the process; runs until its input ends.
int RunHealthyProcess(int port);

}  // namespace cache_invalidation::attack

#endif  // CACHE_INVALIDATION_TESTS_ATTACK_HEALTHY_H_
