// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_PROCESS_CONNECTION_ACCEPTOR_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_CONNECTION_ACCEPTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace cache_invalidation::process {

// Listening TCP sockets, all on one port. Owns them. Used by one thread.
class Listeners {
 public:
  Listeners(std::vector<int> sockets, int port) : sockets_(std::move(sockets)), port_(port) {}
  Listeners(Listeners&& other) noexcept
      : sockets_(std::exchange(other.sockets_, {})), port_(other.port_) {}
  Listeners& operator=(Listeners&&) = delete;
  ~Listeners() { Close(); }

  // Non-blocking.
  const std::vector<int>& sockets() const { return sockets_; }
  int port() const { return port_; }

  // Stops listening: the system refuses later connections. Idempotent.
  void Close();

 private:
  std::vector<int> sockets_;
  const int port_;
};

// Listens on `address`, `host:port` or `[host]:port`, with every address of that host; port 0 picks
// a free one. A wildcard of either family means both. Fails with UNAVAILABLE, with only the reason
// as the message, if it cannot listen there.
absl::StatusOr<Listeners> ListenOn(absl::string_view address);

// Listens for TCP connections and passes them on. Replaces gRPC's own listener, which stops
// accepting for good once the process has run out of file descriptors.
//
// A connection that would take one of the last descriptors, which files need, is closed at once
// (see FirstReservedDescriptor) and counted. If a connection cannot be accepted at all, it stays in
// the system's queue and is tried again.
//
// Thread-safe.
class ConnectionAcceptor {
 public:
  // Takes ownership of a connected, non-blocking socket. Called on the acceptor's thread.
  using Take = std::function<void(int listener, int connection)>;

  // Listens on `address`, see ListenOn. Nothing is accepted before Run.
  static absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> Listen(absl::string_view address);

  // Closes the listener, but not the connections.
  ~ConnectionAcceptor();

  int port() const { return listeners_.port(); }
  // One of its listening sockets. Valid until Stop.
  int listener() const { return listeners_.sockets().front(); }

  // Starts accepting. Call once.
  void Run(Take take);

  // Stops listening: the system refuses later connections. Idempotent.
  void Stop();

  // Ends the open connections that were passed on, as if their peers had closed them: what has been
  // sent to them still arrives. Returns the number not closed yet; call it again until that is 0.
  size_t EndConnections() ABSL_LOCKS_EXCLUDED(mutex_);

  // The number of connections closed at once because there were too many.
  uint64_t refused() const { return refused_; }

 private:
  explicit ConnectionAcceptor(Listeners listeners);

  void AcceptAll(const Take& take);
  // Returns whether there may be more connections to accept.
  bool AcceptOne(int listener, const Take& take) ABSL_LOCKS_EXCLUDED(mutex_);

  Listeners listeners_;
  const int first_reserved_;
  int wake_ = -1;  // an eventfd that ends the thread
  std::thread thread_;
  std::atomic<uint64_t> refused_ = 0;

  Mutex mutex_;
  // The socket cookie of the last connection with this descriptor. Descriptors are reused after
  // they are closed, cookies never.
  std::vector<uint64_t> cookies_ ABSL_GUARDED_BY(mutex_);  // by descriptor
};

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_CONNECTION_ACCEPTOR_H_
