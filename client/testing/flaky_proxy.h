// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_TESTING_FLAKY_PROXY_H_
#define CACHE_INVALIDATION_CLIENT_TESTING_FLAKY_PROXY_H_

#include <list>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace cache_invalidation::client {

// A network between a client and a server that fails on request: forwards connections from a port
// of its own to a port of this machine. Thread-safe.
class FlakyProxy {
 public:
  explicit FlakyProxy(int target_port);
  ~FlakyProxy();

  FlakyProxy(const FlakyProxy&) = delete;
  FlakyProxy& operator=(const FlakyProxy&) = delete;

  // "127.0.0.1:port".
  std::string endpoint() const;
  int port() const { return port_; }

  // Cuts every connection, as a restarting load balancer does.
  void DropConnections() ABSL_LOCKS_EXCLUDED(mutex_);

  // While frozen, forwards nothing, and closes no connection.
  void Freeze(bool frozen) ABSL_LOCKS_EXCLUDED(mutex_);

  // Forwards new connections to this port. 0: they wait until a port is set. Existing connections
  // continue until one of their sides closes.
  void SetTarget(int port) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Link {
    int near;  // to the client
    int far;   // to the server
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Wake();

  int listener_ = -1;
  int port_ = 0;
  int wake_[2] = {-1, -1};  // a byte here ends the thread's wait
  Mutex mutex_;
  int target_port_ ABSL_GUARDED_BY(mutex_);
  std::list<Link> links_ ABSL_GUARDED_BY(mutex_);
  bool frozen_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_FLAKY_PROXY_H_
