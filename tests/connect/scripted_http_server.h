// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONNECT_SCRIPTED_HTTP_SERVER_H_
#define CACHE_INVALIDATION_TESTS_CONNECT_SCRIPTED_HTTP_SERVER_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace cache_invalidation {

struct ScriptedRequest {
  std::string head = {};  // the first line and the headers
  std::string body = {};

  // Returns the value of a header; empty if there is none. `name` as it is sent.
  std::string Header(absl::string_view name) const;
};

struct ScriptedResponse {
  int status = 200;
  std::string headers = {};  // lines that end in CR LF
  std::string body = {};
};

// A server on this machine that gives the responses of a function: an origin, or the API of a CDN.
// Connections are served one after the other, and closed after a response. Thread-safe.
class ScriptedHttpServer {
 public:
  using Script = std::function<ScriptedResponse(const ScriptedRequest&)>;

  // `script` is called on the server's thread.
  explicit ScriptedHttpServer(Script script);
  ~ScriptedHttpServer();

  ScriptedHttpServer(const ScriptedHttpServer&) = delete;
  ScriptedHttpServer& operator=(const ScriptedHttpServer&) = delete;

  int port() const { return port_; }
  std::string url() const;

  // What came until now.
  std::vector<ScriptedRequest> requests() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Blocks until a request has come that `is_wanted`, and returns it.
  ScriptedRequest Await(const std::function<bool(const ScriptedRequest&)>& is_wanted)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run();
  void Serve(int connection);

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<ScriptedRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CONNECT_SCRIPTED_HTTP_SERVER_H_
