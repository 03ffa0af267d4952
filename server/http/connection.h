#ifndef CACHE_INVALIDATION_SERVER_HTTP_CONNECTION_H_
#define CACHE_INVALIDATION_SERVER_HTTP_CONNECTION_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/http/request.h"

namespace cache_invalidation::http {

// One connection of a client, for one request: reads it, answers it, and is over. Whatever the
// client does, that is at the latest when `deadline` has passed. Owns its socket, which does not
// block. Belongs to one thread.
class Connection {
 public:
  // Makes the whole answer, head and body.
  using Answer = std::function<std::string(const Request& request)>;

  Connection(int socket, absl::Duration now);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  int socket() const { return socket_; }
  // For poll: what it waits for.
  short events() const;
  absl::Duration accepted() const { return accepted_; }
  absl::Duration deadline() const { return deadline_; }
  // Its answer is under way.
  bool writing() const { return step_ == Step::kWriting; }
  bool over() const { return step_ == Step::kOver; }

  // Goes as far as it can without waiting.
  void Advance(absl::Duration now, const Answer& answer);

 private:
  enum class Step { kReading, kWriting, kClosing, kOver };

  // Each answers whether the next step may begin.
  bool Read(absl::Duration now, const Answer& answer);
  bool Write(absl::Duration now);
  // Reads what the client still sends: closing before would take the answer from it.
  void Drain();

  int socket_;
  Step step_ = Step::kReading;
  absl::Duration accepted_;
  absl::Duration deadline_;
  std::string received_;
  std::string answer_;
  size_t written_ = 0;
};

}  // namespace cache_invalidation::http

#endif  // CACHE_INVALIDATION_SERVER_HTTP_CONNECTION_H_
