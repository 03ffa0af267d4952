// SPDX-License-Identifier: Apache-2.0

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
// The type of a frame stands behind its length.
constexpr size_t kTypeAt = 3;
constexpr char kSettingsFrame = 4;

}  // namespace

Greeting Http2Greeting() {
  return {.says = std::string(kPreface, kPrefaceBytes), .at = kTypeAt, .answer = kSettingsFrame};
}

SelfCheck::SelfCheck(int listener, Greeting greeting, const Clock& clock, Tell tell)
    : listener_(listener),
      greeting_(std::move(greeting)),
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
  const std::string& says = greeting_.says;
  if (send(connection, says.data(), says.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(says.size())) {
    return Reach::kRefused;
  }
  std::string answer(greeting_.at + 1, '\0');
  size_t received = 0;
  while (received < answer.size()) {
    if (!Await(connection, POLLIN, deadline)) return Reach::kSilent;
    const ssize_t got = recv(connection, &answer[received], answer.size() - received, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return Reach::kRefused;
    received += static_cast<size_t>(got);
  }
  return answer.back() == greeting_.answer ? Reach::kAnswered : Reach::kSilent;
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
