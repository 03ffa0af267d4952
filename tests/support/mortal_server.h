// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_MORTAL_SERVER_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_MORTAL_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/testing/flaky_proxy.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// The real server program over one data directory, behind an address that stays the same across
// restarts: calls of clients wait meanwhile. For one thread.
class MortalServer {
 public:
  // Starts it. `flags`: in addition to those for the directory and the ports.
  explicit MortalServer(std::vector<std::string> flags = {});
  MortalServer(const MortalServer&) = delete;
  MortalServer& operator=(const MortalServer&) = delete;

  // Kills the process; what it has sent can still arrive.
  void Kill();

  // Asks the process to stop, and returns once it has ended.
  Ended Stop();

  // Starts a process and kills it after `after`, whether it serves by then or not.
  // REQUIRES: none runs.
  void DieStarting(absl::Duration after);

  // Starts the next process, with one more flag; returns when it serves. Fails the test if it does
  // not serve, or does not continue the epoch of the first one. REQUIRES: none runs.
  void Start(const std::string& flag = "--durability=sync");

  // Sends the running process a signal.
  void Signal(int number) { running_->program().Signal(number); }

  // Where clients connect.
  std::string endpoint() const { return proxy_->endpoint(); }
  client::FlakyProxy& proxy() { return *proxy_; }
  // The port of the running process itself.
  int port() const { return running_->Port("grpc"); }
  // Returns its resident memory.
  int64_t ResidentBytes() const;

 private:
  std::vector<std::string> flags_;
  const TemporaryDirectory directory_;
  std::string epoch_;
  std::unique_ptr<RunningServer> running_;
  std::unique_ptr<client::FlakyProxy> proxy_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_MORTAL_SERVER_H_
