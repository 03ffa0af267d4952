#include "server/process/connection_acceptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/check.h"
#include "server/process/descriptor_limit.h"

namespace cache_invalidation::process {
namespace {

// If a connection cannot be accepted for lack of a resource, wait this long for one to be freed.
constexpr int kAgainAfterMs = 100;
// After this many connections the thread checks whether it is to end, so that a flood of
// connections does not delay that.
constexpr int kAcceptsAtOnce = 64;

uint64_t CookieOf(int connection) {
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  return getsockopt(connection, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> ConnectionAcceptor::Listen(
    absl::string_view address) {
  absl::StatusOr<Listeners> listeners = ListenOn(address);
  if (!listeners.ok()) return listeners.status();
  return std::unique_ptr<ConnectionAcceptor>(new ConnectionAcceptor(*std::move(listeners)));
}

ConnectionAcceptor::ConnectionAcceptor(Listeners listeners)
    : listeners_(std::move(listeners)),
      first_reserved_(FirstReservedDescriptor(DescriptorLimit())),
      wake_(eventfd(0, EFD_CLOEXEC)) {
  Check(wake_ >= 0, "a server that starts has a descriptor left");
}

ConnectionAcceptor::~ConnectionAcceptor() {
  Stop();
  close(wake_);
}

void ConnectionAcceptor::Run(Take take) {
  thread_ = std::thread([this, take = std::move(take)] { AcceptAll(take); });
}

void ConnectionAcceptor::Stop() {
  const uint64_t one = 1;
  Check(write(wake_, &one, sizeof(one)) == sizeof(one), "the acceptor can be woken");
  if (thread_.joinable()) thread_.join();
  listeners_.Close();
}

void ConnectionAcceptor::AcceptAll(const Take& take) {
  std::vector<pollfd> watched;
  for (int listener : listeners_.sockets()) {
    watched.push_back({.fd = listener, .events = POLLIN, .revents = 0});
  }
  watched.push_back({.fd = wake_, .events = POLLIN, .revents = 0});
  bool wait_a_little = false;
  while (true) {
    // While a connection cannot be accepted, its listener stays readable, so only the wake-up is
    // watched.
    const nfds_t count = wait_a_little ? 1 : watched.size();
    poll(&watched[watched.size() - count], count, wait_a_little ? kAgainAfterMs : -1);
    if ((watched.back().revents & POLLIN) != 0) return;
    wait_a_little = false;
    for (int listener : listeners_.sockets()) {
      int accepted = 0;
      while (accepted < kAcceptsAtOnce && AcceptOne(listener, take)) ++accepted;
      const bool is_short =
          errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      if (accepted < kAcceptsAtOnce && is_short) wait_a_little = true;
    }
  }
}

bool ConnectionAcceptor::AcceptOne(int listener, const Take& take) {
  const int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection < 0) return errno == EINTR || errno == ECONNABORTED;
  if (connection >= first_reserved_) {
    close(connection);
    ++refused_;
    return true;
  }
  {
    MutexLock lock(mutex_);
    const auto index = static_cast<size_t>(connection);
    if (cookies_.size() <= index) cookies_.resize(index + 1);
    cookies_[index] = CookieOf(connection);
  }
  take(listener, connection);
  return true;
}

size_t ConnectionAcceptor::EndConnections() {
  MutexLock lock(mutex_);
  size_t open = 0;
  for (size_t i = 0; i < cookies_.size(); ++i) {
    const int connection = static_cast<int>(i);
    if (cookies_[i] == 0 || CookieOf(connection) != cookies_[i]) continue;
    shutdown(connection, SHUT_RD);
    ++open;
  }
  return open;
}

}  // namespace cache_invalidation::process
