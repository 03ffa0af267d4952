// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// The server program, alone in its process, without default rules. For one thread.
class MeasuredServer {
 public:
  // `durability` and `flags` are those of the program. Returns when it serves.
  explicit MeasuredServer(const std::string& durability = "async",
                          const std::vector<std::string>& flags = {});

  const std::string& address() const { return address_; }
  pid_t pid() const { return pid_; }

 private:
  const TemporaryDirectory directory_;
  RunningServer server_;
  const std::string address_;
  const pid_t pid_;
};

// Returns the microseconds of CPU time that a process takes while `load` runs, user and kernel, to
// 10 ms: the load has to last.
double CpuMicroseconds(pid_t pid, const std::function<void()>& load);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_MEASURED_SERVER_H_
