#ifndef CACHE_INVALIDATION_SERVER_PROCESS_REACHABILITY_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_REACHABILITY_H_

#include <optional>

#include "absl/time/time.h"

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

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_REACHABILITY_H_
