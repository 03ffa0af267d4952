#ifndef CACHE_INVALIDATION_SERVER_PROCESS_SELF_CHECK_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_SELF_CHECK_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "common/clock.h"
#include "server/process/reachability.h"

namespace cache_invalidation::process {

// The server connects to itself at this interval, and counts as unreachable if it does not respond
// within the timeout.
inline constexpr absl::Duration kSelfCheckInterval = absl::Seconds(1);
inline constexpr absl::Duration kSelfCheckTimeout = absl::Seconds(2);

// Connects to the server's own gRPC port every kSelfCheckInterval, as a new client would, and
// expects the first frame of an HTTP/2 server within kSelfCheckTimeout. Thread-safe.
class SelfCheck {
 public:
  // Called with each result, on the object's thread.
  using Tell = std::function<void(const Reachability& state)>;

  // `listener`: the socket whose address it connects to. `clock` must outlive the object and be the
  // machine's.
  SelfCheck(int listener, const Clock& clock, Tell tell);
  // Ends the thread at once.
  ~SelfCheck();

 private:
  void Run();
  Reach Try();
  Reach Exchange(int connection, absl::Duration deadline);
  // Waits for events of a socket (-1: of none). Returns whether they came before the deadline and
  // before the thread is to end.
  bool Await(int socket, short events, absl::Duration deadline);

  const int listener_;
  const Clock& clock_;
  const Tell tell_;
  int wake_ = -1;        // an eventfd that ends the thread
  bool ending_ = false;  // the thread's
  Reachability state_;   // the thread's
  std::thread thread_;
};

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_SELF_CHECK_H_
