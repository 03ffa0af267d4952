#include "server/http/request.h"

#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::http {

std::optional<Request> ParseRequest(absl::string_view received) {
  const size_t end = received.find("\r\n\r\n");
  if (end == absl::string_view::npos && received.size() < kMaxHttpHeadBytes) return std::nullopt;
  Request request;
  const std::vector<absl::string_view> words =
      absl::StrSplit(received.substr(0, received.find("\r\n")), ' ');
  if (end == absl::string_view::npos || end >= kMaxHttpHeadBytes || words.size() != 3 ||
      !absl::StartsWith(words[1], "/") || !absl::StartsWith(words[2], "HTTP/1.")) {
    request.status = 400;
    return request;
  }
  request.method = std::string(words[0]);
  request.path = std::string(words[1].substr(0, words[1].find('?')));
  return request;
}

}  // namespace cache_invalidation::http
