// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_TOKEN_FILE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_TOKEN_FILE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

// The rest of the 8 KiB that gRPC servers accept (metadata.h) is for metadata.
inline constexpr size_t kMaxTokenBytes = 4 << 10;

// Whether a text can be sent as a token: visible ASCII, at most kMaxTokenBytes. The message does
// not show it.
absl::Status CheckToken(absl::string_view token);

// A token in a file that other programs replace. Thread-safe.
class TokenFile {
 public:
  // Gets what went wrong with the file, once for each change of it.
  using Log = std::function<void(absl::string_view message)>;

  // How often the file is read at most.
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  // Reads the file.
  TokenFile(std::string path, std::shared_ptr<Clock> clock, Log log);

  // Returns OK, or INVALID_ARGUMENT if the file held no token when this was made.
  absl::Status status() const { return status_; }

  // Returns the token: that of the file if it was not read for kInterval and has a valid one,
  // otherwise the last one. Other threads get the last one meanwhile.
  std::string Token() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::string path_;
  const std::shared_ptr<Clock> clock_;
  const Log log_;
  absl::Status status_;

  Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);  // the last valid one
  absl::Duration read_again_ ABSL_GUARDED_BY(mutex_);
  std::string logged_ ABSL_GUARDED_BY(mutex_);  // the last message; empty after a success
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_TOKEN_FILE_H_
