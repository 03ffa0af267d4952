#ifndef CACHE_INVALIDATION_CLIENT_TESTING_FLAKY_PROXY_H_
#define CACHE_INVALIDATION_CLIENT_TESTING_FLAKY_PROXY_H_

#include <list>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace cache_invalidation::client {

// A network between a client and a server that fails when the test says so: forwards connections
// from a port of its own to a port of this machine. Thread-safe.
class FlakyProxy {
 public:
  explicit FlakyProxy(int target_port);
  ~FlakyProxy();

  FlakyProxy(const FlakyProxy&) = delete;
  FlakyProxy& operator=(const FlakyProxy&) = delete;

  // "127.0.0.1:port".
  std::string endpoint() const;
  int port() const { return port_; }

  // Cuts every connection, as a load balancer does that restarts.
  void DropConnections() ABSL_LOCKS_EXCLUDED(mutex_);

  // Forwards nothing any more, without a word to either side, until it is told to go on.
  void Freeze(bool frozen) ABSL_LOCKS_EXCLUDED(mutex_);

  // New connections go to this port from now on. 0: they wait until there is one again; those there
  // are go on until one of their sides ends.
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
  int wake_[2] = {-1, -1};  // a byte here ends the wait of the thread
  Mutex mutex_;
  int target_port_ ABSL_GUARDED_BY(mutex_);
  std::list<Link> links_ ABSL_GUARDED_BY(mutex_);
  bool frozen_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_FLAKY_PROXY_H_
