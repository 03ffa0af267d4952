#ifndef CACHE_INVALIDATION_SERVER_PROCESS_LISTENERS_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_LISTENERS_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::process {

// Listening TCP sockets, all on one port. Owns them. Used by one thread.
class Listeners {
 public:
  Listeners(std::vector<int> sockets, int port) : sockets_(std::move(sockets)), port_(port) {}
  Listeners(Listeners&& other) noexcept
      : sockets_(std::exchange(other.sockets_, {})), port_(other.port_) {}
  Listeners& operator=(Listeners&&) = delete;
  ~Listeners() { Close(); }

  // Non-blocking.
  const std::vector<int>& sockets() const { return sockets_; }
  int port() const { return port_; }

  // Stops listening: the system refuses later connections. Idempotent.
  void Close();

 private:
  std::vector<int> sockets_;
  const int port_;
};

// Listens on `address`, `host:port` or `[host]:port`, with every address of that host; port 0 picks
// a free one. A wildcard of either family means both. Fails with UNAVAILABLE, with only the reason
// as the message, if it cannot listen there.
absl::StatusOr<Listeners> ListenOn(absl::string_view address);

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_LISTENERS_H_
