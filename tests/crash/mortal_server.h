#ifndef CACHE_INVALIDATION_TESTS_CRASH_MORTAL_SERVER_H_
#define CACHE_INVALIDATION_TESTS_CRASH_MORTAL_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/testing/flaky_proxy.h"
#include "tests/files/temporary_directory.h"
#include "tests/services/running_server.h"

namespace cache_invalidation {

// The real server program over one data directory, behind an address that stays while one process
// after the other serves it: clients that call meanwhile wait. Belongs to one thread.
class MortalServer {
 public:
  // Starts it. `flags`: on top of those for the directory and the ports.
  explicit MortalServer(std::vector<std::string> flags = {});
  MortalServer(const MortalServer&) = delete;
  MortalServer& operator=(const MortalServer&) = delete;

  // Kills the process where it stands; what it has sent may still arrive.
  void Kill();

  // Starts a process and kills it so much later, whether it serves by then or not.
  // REQUIRES: none runs.
  void DieStarting(absl::Duration after);

  // Starts the next process, with one more flag; returns when it serves. The test ends if it does
  // not, or does not go on with the epoch of the first one. REQUIRES: none runs.
  void Start(const std::string& flag = "--durability=sync");

  // Sends the running process a signal.
  void Signal(int number) { running_->program().Signal(number); }

  // Where clients connect.
  std::string endpoint() const { return proxy_->endpoint(); }
  client::FlakyProxy& proxy() { return *proxy_; }
  // Where the running process itself listens.
  int port() const { return running_->Port("grpc"); }
  // How much of it is in memory.
  int64_t ResidentBytes() const;

 private:
  std::vector<std::string> flags_;
  const TemporaryDirectory directory_;
  std::string epoch_;
  std::unique_ptr<RunningServer> running_;
  std::unique_ptr<client::FlakyProxy> proxy_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_MORTAL_SERVER_H_
