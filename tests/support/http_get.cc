// SPDX-License-Identifier: Apache-2.0

#include "tests/support/http_get.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::testing {
namespace {

std::string Exchange(int port, const std::string& request) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      send(connection, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    ssize_t got = 0;
    while ((got = recv(connection, buffer, sizeof(buffer), 0)) > 0) {
      answer.append(buffer, static_cast<size_t>(got));
    }
  }
  close(connection);
  return answer;
}

}  // namespace

HttpResponse HttpRequest(int port, absl::string_view method, absl::string_view path) {
  const std::string answer = Exchange(
      port,
      absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  HttpResponse parsed;
  const size_t end_of_head = answer.find("\r\n\r\n");
  if (end_of_head == std::string::npos || answer.size() < 12) return parsed;
  parsed.head = answer.substr(0, end_of_head);
  parsed.body = answer.substr(end_of_head + 4);
  if (!absl::SimpleAtoi(answer.substr(9, 3), &parsed.status)) parsed.status = 0;
  return parsed;
}

}  // namespace cache_invalidation::testing
