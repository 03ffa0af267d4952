#ifndef CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_
#define CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

class CivetServer;

namespace cache_invalidation::http {

// What a page answers.
struct Page {
  int status = 200;
  absl::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
};

// One path and what makes its page. Called for GET and HEAD, on the server's threads, several at a
// time.
struct Route {
  std::string path;
  std::function<Page()> make;
};

// A small HTTP server for pages about this process. It serves nothing but its routes: no files, no
// forms, no other method than GET and HEAD. Anything else is 404 or 405.
//
// Thread-safe. Stops, and waits for running requests, when destroyed.
class HttpServer {
 public:
  // `address` is `host:port`; port 0 picks a free one. UNAVAILABLE if it cannot listen there.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(absl::string_view address,
                                                           std::vector<Route> routes);
  ~HttpServer();

  int port() const { return port_; }

 private:
  class Handler;

  HttpServer() = default;

  std::vector<std::unique_ptr<Handler>> handlers_;  // outlive the server
  std::unique_ptr<CivetServer> server_;
  int port_ = 0;
};

}  // namespace cache_invalidation::http

#endif  // CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_
