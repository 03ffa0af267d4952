#ifndef CACHE_INVALIDATION_SERVER_PROCESS_REACHABILITY_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_REACHABILITY_H_

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "common/limits.h"

namespace cache_invalidation::process {

// What came of a connection to oneself.
enum class Reach {
  kAnswered,
  kRefused,  // closed at once, as others are when there are too many
  kSilent,   // not accepted, or not answered in time
};

// Whether new clients get in, by checks made now and then. Thread-compatible.
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

  // It has not answered for so long that only a new process helps. (One that refuses answers: a new
  // process would only lose those that it serves.)
  bool hopeless() const { return hopeless_; }

 private:
  bool reachable_ = true;
  bool hopeless_ = false;
  absl::optional<absl::Duration> silent_since_;
};

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_REACHABILITY_H_
