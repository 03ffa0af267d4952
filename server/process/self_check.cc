#include "server/process/self_check.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "common/check.h"

namespace cache_invalidation::process {
namespace {

// The client preface of HTTP/2, followed by an empty SETTINGS frame.
constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";
constexpr size_t kPrefaceBytes = sizeof(kPreface);  // includes the last zero of the frame
constexpr size_t kFrameHeadBytes = 9;
constexpr char kSettingsFrame = 4;

}  // namespace

SelfCheck::SelfCheck(int listener, const Clock& clock, Tell tell)
    : listener_(listener),
      clock_(clock),
      tell_(std::move(tell)),
      wake_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Run(); }) {
  Check(wake_ >= 0, "a server that starts has a descriptor left");
}

SelfCheck::~SelfCheck() {
  const uint64_t one = 1;
  Check(write(wake_, &one, sizeof(one)) == sizeof(one), "the thread can be woken");
  thread_.join();
  close(wake_);
}

void SelfCheck::Run() {
  while (true) {
    Await(-1, 0, clock_.Monotonic() + kSelfCheckInterval);
    if (ending_) return;
    const Reach reach = Try();
    if (ending_) return;
    state_.Observe(reach, clock_.Monotonic());
    tell_(state_);
  }
}

Reach SelfCheck::Try() {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return Reach::kSilent;
  }
  const int connection = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // No descriptor is free, so no other connection would be accepted either.
  if (connection < 0) return Reach::kRefused;
  const absl::Duration deadline = clock_.Monotonic() + kSelfCheckTimeout;
  // A wildcard address connects to this machine as well.
  const bool connects =
      connect(connection, reinterpret_cast<const sockaddr*>(&address), size) == 0 ||
      errno == EINPROGRESS;
  const Reach reach = connects ? Exchange(connection, deadline) : Reach::kSilent;
  close(connection);
  return reach;
}

Reach SelfCheck::Exchange(int connection, absl::Duration deadline) {
  if (!Await(connection, POLLOUT, deadline)) return Reach::kSilent;
  if (send(connection, kPreface, kPrefaceBytes, MSG_NOSIGNAL) != ssize_t{kPrefaceBytes}) {
    return Reach::kRefused;
  }
  char head[kFrameHeadBytes];
  size_t received = 0;
  while (received < sizeof(head)) {
    if (!Await(connection, POLLIN, deadline)) return Reach::kSilent;
    const ssize_t got = recv(connection, head + received, sizeof(head) - received, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return Reach::kRefused;
    received += static_cast<size_t>(got);
  }
  return head[3] == kSettingsFrame ? Reach::kAnswered : Reach::kSilent;
}

bool SelfCheck::Await(int socket, short events, absl::Duration deadline) {
  pollfd watched[] = {{.fd = wake_, .events = POLLIN, .revents = 0},
                      {.fd = socket, .events = events, .revents = 0}};
  while (true) {
    const absl::Duration left = std::max(deadline - clock_.Monotonic(), absl::ZeroDuration());
    const int64_t left_ms = absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1)));
    const int ready = poll(watched, 2, static_cast<int>(left_ms));
    ending_ = watched[0].revents != 0;
    if (ending_ || (ready == 0 && left_ms == 0)) return false;
    if (ready > 0) return true;
  }
}

}  // namespace cache_invalidation::process
