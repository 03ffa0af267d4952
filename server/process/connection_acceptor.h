#ifndef CACHE_INVALIDATION_SERVER_PROCESS_CONNECTION_ACCEPTOR_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_CONNECTION_ACCEPTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"
#include "server/process/listeners.h"

namespace cache_invalidation::process {

// Listens for TCP connections and hands them over, in place of gRPC's own listener: that one never
// accepts again after the process was out of file descriptors once.
//
// A connection that would take one of the last descriptors, which files need, is closed at once
// (see FirstReservedDescriptor), and counted. When a connection cannot be accepted at all, it
// waits and is tried again.
//
// Thread-safe.
class ConnectionAcceptor {
 public:
  // Takes a connected socket, non-blocking, and owns it. Called on the acceptor's thread.
  using Take = std::function<void(int listener, int connection)>;

  // Listens on `address`, see ListenOn. Nothing is accepted before Run.
  static absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> Listen(absl::string_view address);

  // Closes the listener; leaves the connections alone.
  ~ConnectionAcceptor();

  int port() const { return listeners_.port(); }
  // One of its listening sockets, until Stop.
  int listener() const { return listeners_.sockets().front(); }

  // Begins to accept. Once.
  void Run(Take take);

  // Listens no more: whoever connects from now on is refused by the system. Idempotent.
  void Stop();

  // Ends the connections that were handed over and are still open, as if their peers had: what has
  // been sent to them still arrives. Answers how many of them are not closed yet; to be called
  // again until there are none.
  size_t EndConnections() ABSL_LOCKS_EXCLUDED(mutex_);

  // Connections closed at once because there were too many.
  uint64_t refused() const { return refused_; }

 private:
  explicit ConnectionAcceptor(Listeners listeners);

  void AcceptAll(const Take& take);
  // Answers whether there may be more.
  bool AcceptOne(int listener, const Take& take) ABSL_LOCKS_EXCLUDED(mutex_);

  Listeners listeners_;
  const int first_reserved_;
  int wake_ = -1;  // an eventfd: the thread is to end
  std::thread thread_;
  std::atomic<uint64_t> refused_ = 0;

  Mutex mutex_;
  // What the system calls the connection that had this descriptor last: the descriptor is given out
  // again when it is closed, the cookie never.
  std::vector<uint64_t> cookies_ ABSL_GUARDED_BY(mutex_);  // by descriptor
};

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_CONNECTION_ACCEPTOR_H_
