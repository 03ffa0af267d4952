// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_ATTEMPTS_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_ATTEMPTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/internal/retry.h"

namespace cache_invalidation::client::internal {

// Reports the streams of one subscription or write stream to ClientOptions::on_attempt, one after
// the other. Thread-compatible.
class StreamAttempts {
 public:
  // `runtime` must outlive this.
  StreamAttempts(const Runtime& runtime, absl::string_view method)
      : runtime_(runtime), method_(method) {}

  // A stream begins.
  void Begin() {
    begun_ = runtime_.clock->Monotonic();
    ++number_;
    is_open_ = false;
  }

  // A message has arrived on it.
  void TakeMessage() {
    if (is_open_) return;
    is_open_ = true;
    Report(CallAttempt::Kind::kStreamOpened, absl::OkStatus());
  }

  // It has ended.
  void End(const absl::Status& status) {
    Report(CallAttempt::Kind::kStreamEnded, status);
    if (is_open_) number_ = 0;
  }

 private:
  void Report(CallAttempt::Kind kind, const absl::Status& status) const {
    runtime_.Report({.kind = kind,
                     .method = method_,
                     .number = number_,
                     .latency = runtime_.clock->Monotonic() - begun_,
                     .status = status});
  }

  const Runtime& runtime_;
  const absl::string_view method_;
  absl::Duration begun_;
  uint32_t number_ = 0;
  bool is_open_ = false;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_ATTEMPTS_H_
