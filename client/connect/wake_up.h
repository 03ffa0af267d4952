// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_WAKE_UP_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_WAKE_UP_H_

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "absl/time/time.h"
#include "common/check.h"

namespace cache_invalidation::connect {

// Wakes a thread that waits for sockets with poll. Thread-safe.
class WakeUp {
 public:
  WakeUp() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    Check(descriptor_ >= 0, "a process that starts has a descriptor left");
  }
  ~WakeUp() { close(descriptor_); }
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  // Readable from Notify to Clear.
  int descriptor() const { return descriptor_; }

  // Blocks until it is readable, or for that long. Returns whether it is.
  bool Await(absl::Duration within) const {
    pollfd watched = {.fd = descriptor_, .events = POLLIN, .revents = 0};
    return poll(&watched, 1, static_cast<int>(absl::ToInt64Milliseconds(within))) > 0;
  }

  void Notify() {
    const uint64_t one = 1;
    // Fails only if it is readable for long.
    [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof(one));
  }
  void Clear() {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = read(descriptor_, &count, sizeof(count));
  }

 private:
  const int descriptor_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_WAKE_UP_H_
