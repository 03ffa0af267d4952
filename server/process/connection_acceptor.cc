// SPDX-License-Identifier: Apache-2.0

#include "server/process/connection_acceptor.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/check.h"
#include "server/process/environment.h"

namespace cache_invalidation::process {
namespace {

// Connections waiting to be accepted; the system can allow fewer.
constexpr int kListenBacklog = 4096;

struct HostPort {
  std::string host;
  std::string port;
};

// Splits `host:port` and `[host]:port`.
HostPort Split(absl::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) return {std::string(address), "0"};
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return {std::string(host), std::string(address.substr(colon + 1))};
}

bool IsWildcard(absl::string_view host) {
  return host.empty() || host == "0.0.0.0" || host == "::";
}

void SetPort(sockaddr_storage& address, int port) {
  const auto network = htons(static_cast<uint16_t>(port));
  if (address.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(address).sin6_port = network;
  } else {
    reinterpret_cast<sockaddr_in&>(address).sin_port = network;
  }
}

int PortOf(int socket) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

constexpr uint32_t kLargestPort = 65535;

// Returns a listening socket, or -1 with errno set.
int ListenAt(const sockaddr_storage& address, socklen_t size, bool both_families) {
  const int listener =
      socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (listener < 0) return -1;
  const int on = 1;
  const int only_v6 = both_families ? 0 : 1;
  // After a restart there are connections of the previous process in TIME_WAIT.
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // connections inherit it
  if (address.ss_family == AF_INET6) {
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof(only_v6));
  }
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
      listen(listener, kListenBacklog) == 0) {
    return listener;
  }
  const int error = errno;
  close(listener);
  errno = error;
  return -1;
}

// The addresses of a host. A wildcard is the one address that covers both families, if the machine
// has IPv6.
absl::StatusOr<std::vector<std::pair<sockaddr_storage, socklen_t>>> Resolve(
    const HostPort& wanted) {
  // getaddrinfo takes a larger number modulo 2^16.
  uint32_t port = 0;
  if (!absl::SimpleAtoi(wanted.port, &port) || port > kLargestPort) {
    return absl::InvalidArgumentError(absl::StrCat("expected a port from 0 to ", kLargestPort));
  }
  const bool wildcard = IsWildcard(wanted.host);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(wildcard ? nullptr : wanted.host.c_str(), wanted.port.c_str(), &hints, &found);
  if (error != 0) return absl::UnavailableError(gai_strerror(error));
  std::vector<std::pair<sockaddr_storage, socklen_t>> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    std::pair<sockaddr_storage, socklen_t> address = {{}, each->ai_addrlen};
    std::memcpy(&address.first, each->ai_addr, each->ai_addrlen);
    // For a wildcard, IPv4 alone is the last resort.
    const bool v6 = each->ai_family == AF_INET6;
    addresses.insert(wildcard && v6 ? addresses.begin() : addresses.end(), address);
  }
  freeaddrinfo(found);
  return addresses;
}

// A host can have addresses of a family that this machine lacks.
bool IsNotHere(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

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

void Listeners::Close() {
  for (int socket : sockets_) close(socket);
  sockets_.clear();
}

absl::StatusOr<Listeners> ListenOn(absl::string_view address) {
  const HostPort wanted = Split(address);
  auto addresses = Resolve(wanted);
  if (!addresses.ok()) return addresses.status();
  const bool wildcard = IsWildcard(wanted.host);
  std::vector<int> sockets;
  int port = 0;
  int error = 0;
  for (auto& [each, size] : *addresses) {
    if (port != 0) SetPort(each, port);
    const int listener = ListenAt(each, size, wildcard);
    if (listener < 0) error = errno;
    if (listener < 0 && IsNotHere(error)) continue;
    if (listener < 0) break;
    sockets.push_back(listener);
    port = PortOf(listener);
    if (wildcard) break;
  }
  Listeners listeners(std::move(sockets), port);
  if (listeners.sockets().empty() || (error != 0 && !IsNotHere(error))) {
    return absl::UnavailableError(std::strerror(error));
  }
  return listeners;
}

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
