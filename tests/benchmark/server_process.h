#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_SERVER_PROCESS_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_SERVER_PROCESS_H_

#include <sys/types.h>

#include <string>

#include "absl/time/time.h"

namespace cache_invalidation {

// A measured server (measured_server.h) as a process of its own: this program again, with one
// argument. Thread-compatible.
class ServerProcess {
 public:
  // Returns when it serves.
  explicit ServerProcess(const std::string& argument);
  // Stops it.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }

  // Returns the CPU time of all its threads since it started, user and kernel, to a hundredth of a
  // second.
  absl::Duration CpuTime() const;

 private:
  pid_t pid_ = -1;
  int input_ = -1;  // it exits when this is closed
  std::string address_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_SERVER_PROCESS_H_
