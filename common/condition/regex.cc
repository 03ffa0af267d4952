#include "common/condition/regex.h"

#include <re2/re2.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/condition/limits.h"

namespace cache_invalidation::condition {

absl::StatusOr<std::unique_ptr<const re2::RE2>> CompileRegex(absl::string_view pattern,
                                                             int64_t max_memory) {
  re2::RE2::Options options;
  // Bad patterns are their author's business, not the log's.
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(max_memory);
  auto compiled =
      std::make_unique<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!compiled->ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a pattern in RE2 syntax: ", compiled->error()));
  }
  if (compiled->ProgramSize() > kMaxRegexInstructions) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a pattern of at most ", kMaxRegexInstructions, " instructions when compiled"));
  }
  return compiled;
}

}  // namespace cache_invalidation::condition
