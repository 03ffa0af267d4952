#include "server/http/http_server.h"

#include <thread>
#include <utility>

#include "CivetServer.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::http {
namespace {

// A scrape and two probes at a time, with one to spare. civetweb keeps a thread for each.
constexpr char kThreads[] = "4";
// A client that sends its request slower than this is not a scraper.
constexpr char kRequestTimeoutMs[] = "10000";

const char* ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}

void Send(mg_connection* connection, const Page& page, bool with_body) {
  const std::string head = absl::StrCat("HTTP/1.1 ", page.status, " ", ReasonOf(page.status),
                                        "\r\nContent-Type: ", page.content_type,
                                        "\r\nContent-Length: ", page.body.size(),
                                        "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
  mg_write(connection, head.data(), head.size());
  if (with_body) mg_write(connection, page.body.data(), page.body.size());
}

}  // namespace

// Every method ends here, so that civetweb's own file serving and form parsing are never reached.
class HttpServer::Handler final : public CivetHandler {
 public:
  explicit Handler(Route route) : route_(std::move(route)) {}

  const std::string& path() const { return route_.path; }

  bool handleGet(CivetServer*, mg_connection* connection) override {
    Send(connection, PageFor(connection), /*with_body=*/true);
    return true;
  }
  bool handleHead(CivetServer*, mg_connection* connection) override {
    Send(connection, PageFor(connection), /*with_body=*/false);
    return true;
  }
  bool handlePost(CivetServer*, mg_connection* connection) override { return Refuse(connection); }
  bool handlePut(CivetServer*, mg_connection* connection) override { return Refuse(connection); }
  bool handleDelete(CivetServer*, mg_connection* connection) override { return Refuse(connection); }
  bool handleOptions(CivetServer*, mg_connection* connection) override {
    return Refuse(connection);
  }
  bool handlePatch(CivetServer*, mg_connection* connection) override { return Refuse(connection); }

 private:
  // civetweb also sends what lies below a path; only the path itself is a page.
  Page PageFor(const mg_connection* connection) const {
    const char* path = mg_get_request_info(connection)->local_uri;
    if (path == nullptr || route_.path != path)
      return {404, "text/plain; charset=utf-8", "no such page\n"};
    return route_.make();
  }

  static bool Refuse(mg_connection* connection) {
    Send(connection, {405, "text/plain; charset=utf-8", "only GET and HEAD\n"}, /*with_body=*/true);
    return true;
  }

  const Route route_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(absl::string_view address,
                                                              std::vector<Route> routes) {
  auto server = std::unique_ptr<HttpServer>(new HttpServer());
  const std::vector<std::string> options = {"listening_ports",    std::string(address),
                                            "num_threads",        kThreads,
                                            "request_timeout_ms", kRequestTimeoutMs};
  try {
    server->server_ = std::make_unique<CivetServer>(options);
  } catch (const CivetException& error) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen for HTTP on ", address, ": ", error.what()));
  }
  // No page has the empty path: this one answers 404 to whatever no other takes.
  routes.push_back({"", [] { return Page(); }});
  for (Route& route : routes) {
    server->handlers_.push_back(std::make_unique<Handler>(std::move(route)));
    const std::string& path = server->handlers_.back()->path();
    server->server_->addHandler(path.empty() ? "/" : path, server->handlers_.back().get());
  }
  server->port_ = server->server_->getListeningPorts().front();
  return server;
}

// civetweb looks up from its listening socket when somebody connects, otherwise every two seconds:
// so somebody connects.
HttpServer::~HttpServer() {
  if (server_ == nullptr) return;
  std::thread closing([this] { server_->close(); });
  char error[64];
  while (mg_connection* connection =
             mg_connect_client("127.0.0.1", port_, /*use_ssl=*/0, error, sizeof(error))) {
    mg_close_connection(connection);
  }
  closing.join();
}

}  // namespace cache_invalidation::http
