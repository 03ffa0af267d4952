// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_
#define CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "common/limits.h"
#include "server/http/connection.h"
#include "server/process/connection_acceptor.h"

namespace cache_invalidation::http {

// The response of a route.
struct Page {
  int status = 200;
  absl::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
};

// One path and the function that makes its page. Called for GET and HEAD, on the server's thread.
struct Route {
  std::string path;
  std::function<Page()> make;

  // In place of `make`, for a page that depends on what follows the "?", without it; as sent.
  std::function<Page(absl::string_view query)> make_for_query = {};
};

// A small HTTP server for pages about this process. It serves only its routes, with GET and HEAD:
// no files, no forms, no other methods. Anything else is 404, 405 or 400. Each connection serves
// one request.
//
// One thread serves all clients, and no client can delay the others: a client that has not sent its
// request within kHttpRequestTimeout is disconnected, a page is made once for all that ask for it
// at the same time, and beyond `max_connections` the oldest connection without a complete request
// is closed.
//
// Thread-safe. The destructor stops the server.
class HttpServer {
 public:
  // `address`: see process::ListenOn. Fails with UNAVAILABLE if the server cannot listen there. The
  // clock must outlive the server.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      absl::string_view address, std::vector<Route> routes, const Clock& clock,
      size_t max_connections = kMaxHttpConnections);
  ~HttpServer();

  int port() const { return listeners_.port(); }

 private:
  HttpServer(process::Listeners listeners, std::vector<Route> routes, const Clock& clock,
             size_t max_connections);

  void Serve();
  // Waits for a client or for the next deadline. Returns false if the thread is to end.
  bool Wait();
  void AdvanceAll();
  void AcceptAll(int listener);
  // The connection to close if there are too many: if possible, one that is not being sent a
  // response.
  std::list<Connection>::iterator Oldest();
  // `pages`: those that were made since the sockets were last looked at, by path and query.
  std::string ResponseTo(const Request& request, std::map<std::string, Page>& pages) const;

  process::Listeners listeners_;
  const std::vector<Route> routes_;
  const Clock& clock_;
  const size_t max_connections_;
  int wake_ = -1;                      // an eventfd that ends the thread
  std::list<Connection> connections_;  // the thread's, in the order of arrival
  bool full_ = false;                  // the thread's: a client waits for room
  std::thread thread_;
};

}  // namespace cache_invalidation::http

#endif  // CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_
