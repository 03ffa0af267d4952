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
  // Serves when it returns.
  explicit ServerProcess(const std::string& argument);
  // Ends it.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }

  // The CPU time of all its threads since it began, in user mode and in the kernel, to a hundredth
  // of a second.
  absl::Duration CpuTime() const;

 private:
  pid_t pid_ = -1;
  int input_ = -1;  // it ends when this is closed
  std::string address_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_SERVER_PROCESS_H_
