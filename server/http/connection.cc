// SPDX-License-Identifier: Apache-2.0

#include "server/http/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::http {
namespace {

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

std::optional<Request> ParseRequest(absl::string_view received) {
  const size_t end = received.find("\r\n\r\n");
  if (end == absl::string_view::npos && received.size() < kMaxHttpHeadBytes) return std::nullopt;
  Request request;
  const std::vector<absl::string_view> words =
      absl::StrSplit(received.substr(0, received.find("\r\n")), ' ');
  if (end == absl::string_view::npos || end >= kMaxHttpHeadBytes || words.size() != 3 ||
      !absl::StartsWith(words[1], "/") || !absl::StartsWith(words[2], "HTTP/1.")) {
    request.status = 400;
    return request;
  }
  request.method = std::string(words[0]);
  const size_t mark = words[1].find('?');
  request.path = std::string(words[1].substr(0, mark));
  if (mark != absl::string_view::npos) request.query = std::string(words[1].substr(mark + 1));
  return request;
}

Connection::Connection(int socket, absl::Duration now)
    : socket_(socket), accepted_(now), deadline_(now + kHttpRequestTimeout) {}

Connection::~Connection() { close(socket_); }

short Connection::events() const { return step_ == Step::kWriting ? POLLOUT : POLLIN; }

void Connection::Advance(absl::Duration now, const Respond& respond) {
  if (step_ == Step::kReading && Read(now, respond)) step_ = Step::kWriting;
  if (step_ == Step::kWriting && Write(now)) step_ = Step::kClosing;
  if (step_ == Step::kClosing) Drain();
}

bool Connection::Read(absl::Duration now, const Respond& respond) {
  char buffer[4096];
  std::optional<Request> request;
  while (!request) {
    const ssize_t got = recv(socket_, buffer, sizeof(buffer), 0);
    if (got == 0 || (got < 0 && !WouldBlock())) step_ = Step::kOver;
    if (got <= 0) return false;
    received_.append(buffer, static_cast<size_t>(got));
    request = ParseRequest(received_);
  }
  received_.clear();
  response_ = respond(*request);
  deadline_ = now + kHttpResponseTimeout;
  return true;
}

bool Connection::Write(absl::Duration now) {
  while (written_ < response_.size()) {
    const ssize_t sent =
        send(socket_, response_.data() + written_, response_.size() - written_, MSG_NOSIGNAL);
    if (sent < 0 && !WouldBlock()) step_ = Step::kOver;
    if (sent < 0) return false;
    written_ += static_cast<size_t>(sent);
  }
  shutdown(socket_, SHUT_WR);
  deadline_ = now + kHttpRequestTimeout;
  return true;
}

void Connection::Drain() {
  char buffer[4096];
  // Bounded: a client that sends without end is ended by its deadline.
  for (int i = 0; i < 16; ++i) {
    const ssize_t got = recv(socket_, buffer, sizeof(buffer), 0);
    if (got > 0) continue;
    if (got == 0 || !WouldBlock()) step_ = Step::kOver;
    return;
  }
}

}  // namespace cache_invalidation::http
