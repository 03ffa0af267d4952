#include "server/process/listeners.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/strip.h"

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

}  // namespace cache_invalidation::process
