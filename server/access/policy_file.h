// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_POLICY_FILE_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_POLICY_FILE_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/access/access.h"

namespace cache_invalidation::access {

// How often to look at the file.
inline constexpr absl::Duration kLookAtPolicy = absl::Seconds(1);

// Keeps the policy of an Access as its file says. A file is taken as a whole or not at all: a bad
// one leaves the last good policy in use, and is reported once. The content decides, not the time
// of the file: a mounted ConfigMap is a link that changes.
//
// Thread-safe.
class PolicyFile {
 public:
  // Receives the outcome for each content, without locks: OK if it is the policy now.
  using Tell = std::function<void(const absl::Status& outcome)>;

  // `access` and `clock` must outlive the object.
  PolicyFile(std::string path, Access& access, const Clock& clock, Tell tell);

  // Reads the file now. Returns why its content is not in use. INVALID_ARGUMENT: it cannot be read,
  // or is no policy.
  absl::Status Reload() ABSL_LOCKS_EXCLUDED(mutex_) { return Read(/*is_settled=*/true); }

  // Call periodically: takes a content that is the same as at the last look, because a file that is
  // being written may look whole.
  void Look() ABSL_LOCKS_EXCLUDED(mutex_) { Read(/*is_settled=*/false).IgnoreError(); }

 private:
  using Content = absl::StatusOr<std::string>;

  absl::Status Read(bool is_settled) ABSL_LOCKS_EXCLUDED(mutex_);
  // Called once for each content.
  absl::Status Take(const Content& content) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  Access& access_;
  const Clock& clock_;
  const Tell tell_;
  Mutex mutex_;  // held while a content is taken: the last one that was read counts
  std::optional<Content> seen_ ABSL_GUARDED_BY(mutex_);   // at the last look
  std::optional<Content> taken_ ABSL_GUARDED_BY(mutex_);  // good or bad
  absl::Status outcome_ ABSL_GUARDED_BY(mutex_);          // of it
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_POLICY_FILE_H_
