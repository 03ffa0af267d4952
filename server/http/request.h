#ifndef CACHE_INVALIDATION_SERVER_HTTP_REQUEST_H_
#define CACHE_INVALIDATION_SERVER_HTTP_REQUEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace cache_invalidation::http {

// What a client asks for.
struct Request {
  // 200, or why it cannot be looked at: 400.
  int status = 200;
  std::string method;
  std::string path;  // as it was sent, without the query
};

// The request that begins with `received`; nothing as long as its headers are not complete. They
// are never looked at, and neither is a body. Longer heads than kMaxHttpHeadBytes are refused.
absl::optional<Request> ParseRequest(absl::string_view received);

}  // namespace cache_invalidation::http

#endif  // CACHE_INVALIDATION_SERVER_HTTP_REQUEST_H_
