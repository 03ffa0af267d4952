#ifndef CACHE_INVALIDATION_SERVER_HTTP_REQUEST_H_
#define CACHE_INVALIDATION_SERVER_HTTP_REQUEST_H_

#include <cstddef>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::http {

// A request line and headers; no scraper sends more.
inline constexpr size_t kMaxHttpHeadBytes = 16 << 10;

// What a client asks for.
struct Request {
  // 200, or 400 if the request is malformed.
  int status = 200;
  std::string method;
  std::string path;  // as sent, without the query
};

// Returns the request at the beginning of `received`; absent while its headers are incomplete.
// Headers and body are ignored. A head longer than kMaxHttpHeadBytes is malformed.
std::optional<Request> ParseRequest(absl::string_view received);

}  // namespace cache_invalidation::http

#endif  // CACHE_INVALIDATION_SERVER_HTTP_REQUEST_H_
