// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_SILENT_CONNECTIONS_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_SILENT_CONNECTIONS_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::testing {

// Connections to a port of this machine that send `begin` and then nothing, until this is
// destroyed. For one thread.
class SilentConnections {
 public:
  SilentConnections(int port, size_t count, absl::string_view begin = "");
  ~SilentConnections();

  SilentConnections(const SilentConnections&) = delete;
  SilentConnections& operator=(const SilentConnections&) = delete;

  // Returns whether the other side closes all of them within `at_most`. Reads what it sends.
  bool AwaitEnd(absl::Duration at_most);

 private:
  std::vector<int> sockets_;
};

}  // namespace cache_invalidation::testing

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_SILENT_CONNECTIONS_H_
