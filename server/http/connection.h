// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_HTTP_CONNECTION_H_
#define CACHE_INVALIDATION_SERVER_HTTP_CONNECTION_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::http {

// A request line and headers; no scraper sends more.
inline constexpr size_t kMaxHttpHeadBytes = 16 << 10;

// What a client asks for.
struct Request {
  // 200, or 400 if the request is malformed.
  int status = 200;
  std::string method;
  std::string path;   // as sent, without the query
  std::string query;  // as sent, without the "?"
};

// Returns the request at the beginning of `received`; absent while its headers are incomplete.
// Headers and body are ignored. A head longer than kMaxHttpHeadBytes is malformed.
std::optional<Request> ParseRequest(absl::string_view received);

// How long a client of the HTTP port can take to send its request, and to read its response.
inline constexpr absl::Duration kHttpRequestTimeout = absl::Seconds(1);
inline constexpr absl::Duration kHttpResponseTimeout = absl::Seconds(10);

// One client connection, which serves one request: reads it, writes the response and closes. It
// ends at `deadline` at the latest, whatever the client does. Owns its non-blocking socket. Used by
// one thread.
class Connection {
 public:
  // Makes the whole response, head and body.
  using Respond = std::function<std::string(const Request& request)>;

  Connection(int socket, absl::Duration now);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  int socket() const { return socket_; }
  // The events to wait for, as for poll.
  short events() const;
  absl::Duration accepted() const { return accepted_; }
  absl::Duration deadline() const { return deadline_; }
  // The response is being sent.
  bool writing() const { return step_ == Step::kWriting; }
  bool over() const { return step_ == Step::kOver; }

  // Continues as far as possible without blocking.
  void Advance(absl::Duration now, const Respond& respond);

 private:
  enum class Step { kReading, kWriting, kClosing, kOver };

  // Return whether the next step can begin.
  bool Read(absl::Duration now, const Respond& respond);
  bool Write(absl::Duration now);
  // Reads what the client still sends: closing earlier would discard the response on its way.
  void Drain();

  const int socket_;
  Step step_ = Step::kReading;
  const absl::Duration accepted_;
  absl::Duration deadline_;
  std::string received_;
  std::string response_;
  size_t written_ = 0;
};

}  // namespace cache_invalidation::http

#endif  // CACHE_INVALIDATION_SERVER_HTTP_CONNECTION_H_
