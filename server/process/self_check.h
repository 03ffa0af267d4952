// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_PROCESS_SELF_CHECK_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_SELF_CHECK_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "common/clock.h"

namespace cache_invalidation::process {

// After being unreachable to itself for this long, the server exits.
inline constexpr absl::Duration kMaxUnreachable = absl::Seconds(60);

// The result of a connection to our own port.
enum class Reach {
  kAnswered,
  kRefused,  // closed at once, as any connection is when there are too many
  kSilent,   // not accepted, or no response in time
};

// Whether new clients can connect, derived from repeated checks. Thread-compatible.
class Reachability {
 public:
  // REQUIRES: `now` never decreases.
  void Observe(Reach reach, absl::Duration now) {
    reachable_ = reach == Reach::kAnswered;
    if (reach != Reach::kSilent) {
      silent_since_.reset();
    } else if (!silent_since_) {
      silent_since_ = now;
    }
    hopeless_ = silent_since_ && now - *silent_since_ >= kMaxUnreachable;
  }

  bool reachable() const { return reachable_; }

  // There has been no response for kMaxUnreachable, and only a new process helps. A server that
  // refuses connections is not hopeless: a new process would only lose the clients it serves.
  bool hopeless() const { return hopeless_; }

 private:
  bool reachable_ = true;
  bool hopeless_ = false;
  std::optional<absl::Duration> silent_since_;
};

// The server connects to itself at this interval, and counts as unreachable if it does not respond
// within the timeout.
inline constexpr absl::Duration kSelfCheckInterval = absl::Seconds(1);
inline constexpr absl::Duration kSelfCheckTimeout = absl::Seconds(2);

// What a client says first, and by which byte it recognizes the server's answer.
struct Greeting {
  std::string says;
  size_t at;  // the place of the byte in the answer
  char answer;
};

// That of a client of HTTP/2, which is not encrypted: the answer begins with the server's settings.
Greeting Http2Greeting();

// Connects to the server's own gRPC port every kSelfCheckInterval, as a new client would, and
// expects the answer to its greeting within kSelfCheckTimeout. Thread-safe.
class SelfCheck {
 public:
  // Called with each result, on the object's thread.
  using Tell = std::function<void(const Reachability& state)>;

  // `listener`: the socket whose address it connects to. `clock` must outlive the object and be the
  // machine's.
  SelfCheck(int listener, Greeting greeting, const Clock& clock, Tell tell);
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
  const Greeting greeting_;
  const Clock& clock_;
  const Tell tell_;
  int wake_ = -1;        // an eventfd that ends the thread
  bool ending_ = false;  // the thread's
  Reachability state_;   // the thread's
  std::thread thread_;
};

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_SELF_CHECK_H_
