#ifndef CACHE_INVALIDATION_TESTS_HTTP_SILENT_CONNECTIONS_H_
#define CACHE_INVALIDATION_TESTS_HTTP_SILENT_CONNECTIONS_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::testing {

// Connections to a port of this machine that say how they begin and then nothing, until this is
// destroyed. Belongs to one thread.
class SilentConnections {
 public:
  SilentConnections(int port, size_t count, absl::string_view begin = "");
  ~SilentConnections();

  SilentConnections(const SilentConnections&) = delete;
  SilentConnections& operator=(const SilentConnections&) = delete;

  // Whether the other side ends all of them within so long. What it sends is read.
  bool AwaitEnd(absl::Duration at_most);

 private:
  std::vector<int> sockets_;
};

}  // namespace cache_invalidation::testing

#endif  // CACHE_INVALIDATION_TESTS_HTTP_SILENT_CONNECTIONS_H_
