// SPDX-License-Identifier: Apache-2.0

#include "tests/support/raw_http2.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation {
namespace {

constexpr int kPatienceMs = 10'000;

std::string BigEndian(uint32_t number, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift & 0xff));
  }
  return out;
}

}  // namespace

std::string ConnectionPreface(absl::string_view settings) {
  return absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                      Frame(FrameType::kSettings, 0, 0, settings));
}

// As HPACK has it, in no table and without compression.
std::string Header(absl::string_view name, absl::string_view value) {
  const auto length = [](absl::string_view text) {
    Check(text.size() < 127, "a header of a test is short");
    return static_cast<char>(text.size());
  };
  std::string out(1, '\0');
  out += length(name);
  absl::StrAppend(&out, name);
  out += length(value);
  absl::StrAppend(&out, value);
  return out;
}

std::string Frame(FrameType type, uint8_t flags, uint32_t stream, absl::string_view payload) {
  std::string out = BigEndian(static_cast<uint32_t>(payload.size()), 3);
  out.push_back(static_cast<char>(type));
  out.push_back(static_cast<char>(flags));
  out += BigEndian(stream, 4);
  absl::StrAppend(&out, payload);
  return out;
}

std::string CallHeaders(absl::string_view path) {
  return absl::StrCat(Header(":method", "POST"), Header(":scheme", "http"), Header(":path", path),
                      Header(":authority", "localhost"), Header("te", "trailers"),
                      Header("content-type", "application/grpc"));
}

std::string UnaryCallFrames(uint32_t stream, absl::string_view path, absl::string_view message,
                            absl::string_view more) {
  const std::string data = absl::StrCat(
      std::string(1, '\0'), BigEndian(static_cast<uint32_t>(message.size()), 4), message);
  return absl::StrCat(
      Frame(FrameType::kHeaders, kEndHeaders, stream, absl::StrCat(CallHeaders(path), more)),
      Frame(FrameType::kData, kEndStream, stream, data));
}

std::string NoWindow() { return absl::StrCat(BigEndian(4, 2), BigEndian(0, 4)); }

RawHttp2::RawHttp2(int port, absl::string_view settings, const std::string& from)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  if (!from.empty()) {
    Check(inet_pton(AF_INET, from.c_str(), &address.sin_addr) == 1 &&
              bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0,
          "the machine has the address");
  }
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Check(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0,
        "a server listens");
  Send(ConnectionPreface(settings));
}

RawHttp2::~RawHttp2() { close(socket_); }

bool RawHttp2::Send(absl::string_view bytes) {
  char unread[64 << 10];
  while (!bytes.empty()) {
    pollfd ready = {.fd = socket_, .events = POLLIN | POLLOUT, .revents = 0};
    if (poll(&ready, 1, kPatienceMs) <= 0) return false;
    if ((ready.revents & POLLIN) != 0 && recv(socket_, unread, sizeof(unread), MSG_DONTWAIT) == 0) {
      return false;
    }
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace cache_invalidation
