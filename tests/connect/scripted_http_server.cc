// SPDX-License-Identifier: Apache-2.0

#include "tests/connect/scripted_http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/check.h"

namespace cache_invalidation {
namespace {

constexpr size_t kMaxBytes = 1 << 20;

std::optional<ScriptedRequest> Read(int connection) {
  ScriptedRequest request;
  std::string text;
  size_t wanted = std::string::npos;
  while (text.size() < kMaxBytes) {
    const size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos && wanted == std::string::npos) {
      request.head = text.substr(0, end);
      size_t length = 0;
      if (!absl::SimpleAtoi(request.Header("Content-Length"), &length)) length = 0;
      wanted = end + 4 + length;
    }
    if (wanted != std::string::npos && text.size() >= wanted) {
      request.body = text.substr(request.head.size() + 4);
      return request;
    }
    char buffer[4096];
    const ssize_t got = recv(connection, buffer, sizeof(buffer), 0);
    if (got <= 0) return std::nullopt;
    text.append(buffer, static_cast<size_t>(got));
  }
  return std::nullopt;
}

}  // namespace

std::string ScriptedRequest::Header(absl::string_view name) const {
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    if (!absl::EqualsIgnoreCase(line.substr(0, colon), name)) continue;
    return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return "";
}

ScriptedHttpServer::ScriptedHttpServer(Script script)
    : script_(std::move(script)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  Check(bind(listener_, any, size) == 0 && listen(listener_, 16) == 0 &&
            getsockname(listener_, any, &size) == 0,
        "a port of this machine is free");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

ScriptedHttpServer::~ScriptedHttpServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string ScriptedHttpServer::url() const {
  return absl::StrCat("http://127.0.0.1:", port_, "/");
}

std::vector<ScriptedRequest> ScriptedHttpServer::requests() const {
  MutexLock lock(mutex_);
  return requests_;
}

ScriptedRequest ScriptedHttpServer::Await(
    const std::function<bool(const ScriptedRequest&)>& is_wanted) {
  MutexLock lock(mutex_);
  while (true) {
    const auto place = std::find_if(requests_.begin(), requests_.end(), is_wanted);
    if (place != requests_.end()) return *place;
    changed_.Wait(mutex_);
  }
}

void ScriptedHttpServer::Run() {
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    // What connects and asks nothing ends by itself.
    const timeval patience = {.tv_sec = 5, .tv_usec = 0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    Serve(connection);
    close(connection);
  }
}

void ScriptedHttpServer::Serve(int connection) {
  const std::optional<ScriptedRequest> request = Read(connection);
  if (!request.has_value()) return;
  const ScriptedResponse response = script_(*request);
  {
    MutexLock lock(mutex_);
    requests_.push_back(*request);
    changed_.NotifyAll();
  }
  const std::string text = absl::StrCat(
      "HTTP/1.1 ", response.status, " Scripted\r\nConnection: close\r\n", response.headers,
      "Content-Length: ", response.body.size(), "\r\n\r\n", response.body);
  // A client that has gone does not read it.
  [[maybe_unused]] const ssize_t sent = send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace cache_invalidation
