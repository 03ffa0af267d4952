#include "tests/attack/raw_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::attack {
namespace {

constexpr int kPatienceMilliseconds = 10'000;

int Connect(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0)
    return connection;
  close(connection);
  return -1;
}

// A literal header that is not to be indexed (RFC 7541, 6.2.2), without Huffman coding.
std::string Header(absl::string_view name, absl::string_view value) {
  return absl::StrCat(absl::string_view("\0", 1), std::string(1, static_cast<char>(name.size())),
                      name, std::string(1, static_cast<char>(value.size())), value);
}

}  // namespace

RawConnection::RawConnection(int port) : socket_(Connect(port)) {}

RawConnection::~RawConnection() {
  if (socket_ >= 0) close(socket_);
}

bool RawConnection::Send(absl::string_view bytes) {
  while (!bytes.empty() && socket_ >= 0) {
    pollfd ready = {socket_, POLLIN | POLLOUT, 0};
    bool open = poll(&ready, 1, kPatienceMilliseconds) > 0;
    if (open && (ready.revents & POLLIN) != 0) {
      char thrown_away[65536];
      open = recv(socket_, thrown_away, sizeof(thrown_away), MSG_DONTWAIT) > 0;
    }
    if (open && (ready.revents & POLLOUT) != 0) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(sent);
      open = sent > 0 || errno == EAGAIN;
    }
    if (!open || (ready.revents & (POLLERR | POLLHUP)) != 0) close(std::exchange(socket_, -1));
  }
  return socket_ >= 0;
}

std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload) {
  std::string frame;
  const auto append = [&frame](uint32_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) frame.push_back(static_cast<char>(value >> (8 * i)));
  };
  append(payload.size(), 3);
  append(type, 1);
  append(flags, 1);
  append(stream, 4);
  absl::StrAppend(&frame, payload);
  return frame;
}

std::string Preface() {
  constexpr uint8_t kSettings = 4;
  return absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Frame(kSettings, 0, 0, ""));
}

std::string CallHeaders() {
  return absl::StrCat(Header(":method", "POST"), Header(":scheme", "http"),
                      Header(":path", "/cache_invalidation.v1.CacheEntryService/Validate"),
                      Header(":authority", "localhost"), Header("content-type", "application/grpc"),
                      Header("te", "trailers"));
}

}  // namespace cache_invalidation::attack
