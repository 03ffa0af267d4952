// SPDX-License-Identifier: Apache-2.0

// Any expression and any key: what the literal prefix excludes does not match, and the whole key
// must match.
//
// The input is an expression up to the first NUL; the bytes after it are the key.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/check.h"
#include "common/names.h"
#include "common/pattern.h"

namespace cache_invalidation {
namespace {

// What RE2 says, with the part of the expression that is wrong.
constexpr size_t kLongestMessage = 2'000;

void CheckRefusal(const absl::Status& status) {
  Check(status.code() == absl::StatusCode::kInvalidArgument, "a refusal is INVALID_ARGUMENT");
  Check(status.message().size() <= kLongestMessage, "a refusal is short");
  Check(IsUtf8(status.message()), "a refusal is UTF-8: it goes into a gRPC status");
}

void CheckMatching(const Pattern& pattern, absl::string_view key) {
  const bool matches = pattern.Matches(key);
  Check(!matches || absl::StartsWith(key, pattern.literal_prefix()),
        "what matches begins with the literal prefix");
  for (size_t size = 0; size <= key.size(); ++size) {
    Check(!matches || pattern.MayMatchPrefix(key.substr(0, size)),
          "what matches may match by each of its prefixes");
  }
  // A group around the whole changes nothing, whatever alternatives it holds.
  const auto group = Pattern::Compile(absl::StrCat("(?:", pattern.expression(), ")"));
  Check(!group.ok() || group->Matches(key) == matches, "the whole expression meets the whole key");
}

void Run(absl::string_view input) {
  const size_t end = std::min(input.find('\0'), input.size());
  const absl::StatusOr<Pattern> pattern = Pattern::Compile(input.substr(0, end));
  if (!pattern.ok()) return CheckRefusal(pattern.status());
  Check(pattern->expression() == input.substr(0, end), "a pattern keeps its expression");
  const absl::string_view rest = input.substr(end);
  CheckMatching(*pattern, rest.substr(std::min<size_t>(1, rest.size())));
  CheckMatching(*pattern, pattern->literal_prefix());
}

}  // namespace
}  // namespace cache_invalidation

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
