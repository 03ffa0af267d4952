#include "client/internal/cache/check_options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"

namespace cache_invalidation::client::internal {
namespace {

absl::Status Refused(absl::string_view option, absl::string_view what_it_is) {
  return absl::InvalidArgumentError(
      absl::StrCat("TaggedCacheOptions::", option, " is ", what_it_is));
}

}  // namespace

absl::Status CheckOptions(const TaggedCacheOptions& options) {
  if (options.name.empty()) return Refused("name", "empty");
  if (options.ttl < absl::ZeroDuration()) {
    return Refused("ttl", absl::StrCat(absl::FormatDuration(options.ttl), ", less than nothing"));
  }
  // Written so that it refuses NaN.
  if (!(options.ttl_jitter >= 0 && options.ttl_jitter <= 1)) {
    return Refused("ttl_jitter", absl::StrCat(options.ttl_jitter, ", not from 0 to 1"));
  }
  if (options.lease < kMinLease || options.lease > kMaxLease) {
    return Refused("lease", absl::StrCat(absl::FormatDuration(options.lease), ", not from ",
                                         absl::FormatDuration(kMinLease), " to ",
                                         absl::FormatDuration(kMaxLease)));
  }
  if (options.keep_refused_for < absl::ZeroDuration() ||
      options.keep_refused_for == absl::InfiniteDuration()) {
    return Refused("keep_refused_for", absl::StrCat(absl::FormatDuration(options.keep_refused_for),
                                                    ", not a time that ends"));
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::client::internal
