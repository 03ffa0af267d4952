// SPDX-License-Identifier: Apache-2.0

#include "tests/attack/healthy.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "tests/support/probe.h"

namespace cache_invalidation::attack {

HealthyProcess::HealthyProcess(const std::string& program, int port)
    : program_({program, absl::StrCat("--healthy=", port)}) {
  Check(program_.ReadLine() == "ready", "a healthy client begins well");
}

Health HealthyProcess::Finish() {
  program_.Feed("");
  std::istringstream out(program_.Wait().out);
  Health health;
  int64_t slowest = 0;
  out >> health.writes >> health.events >> slowest;
  Check(!out.fail(), "a healthy client says what it saw");
  health.slowest = absl::Nanoseconds(slowest);
  std::getline(out >> std::ws, health.first_failure);
  return health;
}

int RunHealthyProcess(int port) {
  HealthyClient client(NewConnection(port));
  std::cout << "ready" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  const Health health = client.Stop();
  std::cout << health.writes << ' ' << health.events << ' '
            << absl::ToInt64Nanoseconds(health.slowest) << ' ' << health.first_failure << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace cache_invalidation::attack
