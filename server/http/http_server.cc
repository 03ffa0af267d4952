// SPDX-License-Identifier: Apache-2.0

#include "server/http/http_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation::http {
namespace {

// The minimum time that a connection may be silent, even beyond kMaxHttpConnections. A client that
// asks does so with the end of TCP's handshake. A probe waits behind five thousand silent
// connections for less than half a second.
constexpr absl::Duration kHttpTimeToAsk = absl::Milliseconds(20);

constexpr absl::string_view kText = "text/plain; charset=utf-8";

const char* ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}

std::string Encode(const Page& page, bool with_body) {
  return absl::StrCat(
      "HTTP/1.1 ", page.status, " ", ReasonOf(page.status), "\r\nContent-Type: ", page.content_type,
      "\r\nContent-Length: ", page.body.size(),
      "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n", with_body ? page.body : "");
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(absl::string_view address,
                                                              std::vector<Route> routes,
                                                              const Clock& clock,
                                                              size_t max_connections) {
  absl::StatusOr<process::Listeners> listeners = process::ListenOn(address);
  if (!listeners.ok()) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen for HTTP on ", address, ": ", listeners.status().message()));
  }
  return std::unique_ptr<HttpServer>(
      new HttpServer(*std::move(listeners), std::move(routes), clock, max_connections));
}

HttpServer::HttpServer(process::Listeners listeners, std::vector<Route> routes, const Clock& clock,
                       size_t max_connections)
    : listeners_(std::move(listeners)),
      routes_(std::move(routes)),
      clock_(clock),
      max_connections_(max_connections),
      wake_(eventfd(0, EFD_CLOEXEC)) {
  Check(wake_ >= 0, "a server that starts has a descriptor left");
  thread_ = std::thread([this] { Serve(); });
}

HttpServer::~HttpServer() {
  const uint64_t one = 1;
  Check(write(wake_, &one, sizeof(one)) == sizeof(one), "the thread can be woken");
  thread_.join();
  close(wake_);
}

// Existing connections are served before new ones are accepted.
void HttpServer::Serve() {
  while (Wait()) {
    AdvanceAll();
    full_ = false;
    for (int listener : listeners_.sockets()) AcceptAll(listener);
  }
}

bool HttpServer::Wait() {
  std::vector<pollfd> watched = {{.fd = wake_, .events = POLLIN, .revents = 0}};
  absl::Duration until = absl::InfiniteDuration();
  for (const Connection& connection : connections_) {
    watched.push_back({.fd = connection.socket(), .events = connection.events(), .revents = 0});
    until = std::min(until, connection.deadline());
  }
  const absl::Duration now = clock_.Monotonic();
  if (full_) {
    until = std::min(until, now + kHttpTimeToAsk);
  } else {
    for (int listener : listeners_.sockets()) {
      watched.push_back({.fd = listener, .events = POLLIN, .revents = 0});
    }
  }
  const int64_t wait_ms = absl::ToInt64Milliseconds(absl::Ceil(until - now, absl::Milliseconds(1)));
  const bool forever = until == absl::InfiniteDuration();
  poll(watched.data(), watched.size(),
       forever ? -1 : static_cast<int>(std::max(wait_ms, int64_t{0})));
  return watched.front().revents == 0;
}

void HttpServer::AdvanceAll() {
  const absl::Duration now = clock_.Monotonic();
  std::map<std::string, Page> pages;
  const auto respond = [&](const Request& request) { return ResponseTo(request, pages); };
  for (Connection& connection : connections_) connection.Advance(now, respond);
  const auto is_over = [now](const Connection& connection) {
    return connection.over() || connection.deadline() <= now;
  };
  connections_.remove_if(is_over);
}

void HttpServer::AcceptAll(int listener) {
  while (true) {
    const bool crowded = connections_.size() >= max_connections_;
    const auto leaving = crowded ? Oldest() : connections_.end();
    if (crowded && clock_.Monotonic() - leaving->accepted() < kHttpTimeToAsk) {
      full_ = true;
      return;
    }
    const int socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      // Out of descriptors, for example: the listener stays readable, so try again a little later.
      full_ = errno != EAGAIN && errno != EWOULDBLOCK;
      return;
    }
    if (crowded) connections_.erase(leaving);
    connections_.emplace_back(socket, clock_.Monotonic());
  }
}

std::list<Connection>::iterator HttpServer::Oldest() {
  const auto oldest =
      std::find_if(connections_.begin(), connections_.end(),
                   [](const Connection& connection) { return !connection.writing(); });
  return oldest == connections_.end() ? connections_.begin() : oldest;
}

std::string HttpServer::ResponseTo(const Request& request,
                                   std::map<std::string, Page>& pages) const {
  if (request.status != 200) {
    return Encode({request.status, kText, "cannot read this request\n"}, /*with_body=*/true);
  }
  const bool head = request.method == "HEAD";
  if (!head && request.method != "GET") {
    return Encode({405, kText, "only GET and HEAD\n"}, /*with_body=*/true);
  }
  for (const Route& route : routes_) {
    if (route.path != request.path) continue;
    const bool asks = route.make_for_query != nullptr;
    const auto [page, is_new] =
        pages.try_emplace(asks ? absl::StrCat(route.path, "?", request.query) : route.path);
    if (is_new) page->second = asks ? route.make_for_query(request.query) : route.make();
    return Encode(page->second, !head);
  }
  return Encode({404, kText, "no such page\n"}, !head);
}

}  // namespace cache_invalidation::http
