// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/subscribed_cache.h"

#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation::client::internal {
namespace {

// Longer ones cannot be meant.
constexpr absl::Duration kMaxStaleFor = absl::Hours(30 * 24);

absl::Status Refused(absl::string_view option, absl::string_view what_it_is) {
  return absl::InvalidArgumentError(
      absl::StrCat("TaggedCacheOptions::", option, " is ", what_it_is));
}

absl::Status CheckTimes(const TaggedCacheOptions& options) {
  if (options.ttl < absl::ZeroDuration()) {
    return Refused("ttl", absl::StrCat(absl::FormatDuration(options.ttl), ", less than nothing"));
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
  if (options.stale_for < absl::ZeroDuration() || options.stale_for > kMaxStaleFor) {
    return Refused("stale_for", absl::StrCat(absl::FormatDuration(options.stale_for),
                                             ", not from 0 to 30 days"));
  }
  return absl::OkStatus();
}

absl::Status CheckFractions(const TaggedCacheOptions& options) {
  // Written so that they refuse NaN.
  if (!(options.ttl_jitter >= 0 && options.ttl_jitter <= 1)) {
    return Refused("ttl_jitter", absl::StrCat(options.ttl_jitter, ", not from 0 to 1"));
  }
  if (!(options.refresh_ahead >= 0 && options.refresh_ahead < 1)) {
    return Refused("refresh_ahead",
                   absl::StrCat(options.refresh_ahead, ", not from 0 to less than 1"));
  }
  if (options.refresh_ahead > 0 && !options.executor) {
    return Refused("executor", "empty, and refresh_ahead needs one");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOptions(const TaggedCacheOptions& options) {
  if (options.name.empty()) return Refused("name", "empty");
  if (absl::Status status = CheckTimes(options); !status.ok()) return status;
  if (absl::Status status = CheckFractions(options); !status.ok()) return status;
  if (const absl::Status status = CheckName(options.name); !status.ok()) {
    return Refused("name", absl::StrCat("not a name: ", status.message()));
  }
  for (const auto& [option, names, check] :
       {std::tuple("tags", &options.tags, &CheckTagWithoutWildcard),
        std::tuple("key_prefixes", &options.key_prefixes, &CheckKeyPrefix)}) {
    if (names->size() > kMaxFilterNames) {
      return Refused(option, absl::StrCat("longer than ", kMaxFilterNames));
    }
    for (const std::string& name : *names) {
      if (const absl::Status status = check(name); !status.ok()) {
        return Refused(option, absl::StrCat("malformed: ", status.message()));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::client::internal
