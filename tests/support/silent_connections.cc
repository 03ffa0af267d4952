// SPDX-License-Identifier: Apache-2.0

#include "tests/support/silent_connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "common/check.h"

namespace cache_invalidation::testing {

SilentConnections::SilentConnections(int port, size_t count, absl::string_view begin) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (size_t i = 0; i < count; ++i) {
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Check(connection >= 0, "a test may have that many connections");
    sockets_.push_back(connection);
    // Whoever is not wanted may hear so already.
    if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      (void)send(connection, begin.data(), begin.size(), MSG_NOSIGNAL);
    }
  }
}

SilentConnections::~SilentConnections() {
  for (int connection : sockets_) close(connection);
}

bool SilentConnections::AwaitEnd(absl::Duration at_most) {
  const timeval patience = absl::ToTimeval(at_most);
  for (int connection : sockets_) {
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    char buffer[4096];
    ssize_t got = 0;
    while ((got = recv(connection, buffer, sizeof(buffer), 0)) > 0) {
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
  }
  return true;
}

}  // namespace cache_invalidation::testing
