#ifndef CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_
#define CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "common/limits.h"
#include "server/http/connection.h"
#include "server/process/listeners.h"

namespace cache_invalidation::http {

// What a page answers.
struct Page {
  int status = 200;
  absl::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
};

// One path and what makes its page. Called for GET and HEAD, on the server's thread.
struct Route {
  std::string path;
  std::function<Page()> make;
};

// A small HTTP server for pages about this process. It serves nothing but its routes: no files, no
// forms, no other method than GET and HEAD. Anything else is 404, 405 or 400. Each connection is
// for one request.
//
// One thread serves all clients; none can make another wait: who has not asked within
// kHttpRequestTimeout is cut off, and when there are too many connections the oldest that has not
// asked makes room.
//
// Thread-safe. Stops when destroyed.
class HttpServer {
 public:
  // `address`: see process::ListenOn. UNAVAILABLE if it cannot listen there. The clock must outlive
  // this.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      absl::string_view address, std::vector<Route> routes, const Clock& clock,
      size_t max_connections = kMaxHttpConnections);
  ~HttpServer();

  int port() const { return listeners_.port(); }

 private:
  HttpServer(process::Listeners listeners, std::vector<Route> routes, const Clock& clock,
             size_t max_connections);

  void Serve();
  // Waits until a client does something, or time is up for one. Answers whether to go on.
  bool Wait();
  void AdvanceAll();
  void AcceptAll(int listener);
  // Who goes first when there are too many: if possible nobody who is being answered.
  std::vector<Connection>::iterator Oldest();
  std::string AnswerTo(const Request& request) const;

  process::Listeners listeners_;
  const std::vector<Route> routes_;
  const Clock& clock_;
  const size_t max_connections_;
  int wake_ = -1;                        // an eventfd: the thread is to end
  std::vector<Connection> connections_;  // the thread's, in the order of their coming
  bool full_ = false;                    // the thread's: somebody waits for room
  std::thread thread_;
};

}  // namespace cache_invalidation::http

#endif  // CACHE_INVALIDATION_SERVER_HTTP_HTTP_SERVER_H_
