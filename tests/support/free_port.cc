// SPDX-License-Identifier: Apache-2.0

#include "tests/support/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/check.h"

namespace cache_invalidation {

int FreePort() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  Check(bind(probe, reinterpret_cast<const sockaddr*>(&address), size) == 0, "a port is free");
  Check(getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0, "a port is known");
  close(probe);
  return ntohs(address.sin_port);
}

}  // namespace cache_invalidation
