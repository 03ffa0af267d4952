// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_HTTP_GET_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_HTTP_GET_H_

#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::testing {

struct HttpResponse {
  int status = 0;  // 0: no response
  std::string head;
  std::string body;
};

// Sends one request to a server on this machine, over a new connection. Blocks until the server
// closes it.
HttpResponse HttpRequest(int port, absl::string_view method, absl::string_view path);

inline HttpResponse HttpGet(int port, absl::string_view path) {
  return HttpRequest(port, "GET", path);
}

}  // namespace cache_invalidation::testing

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_HTTP_GET_H_
