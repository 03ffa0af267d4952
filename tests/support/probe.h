// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_PROBE_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_PROBE_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation {

// Returns a new connection to a port of this machine.
std::shared_ptr<grpc::Channel> NewConnection(int port);

// Checks a server's health over this channel; the status must be SERVING.
grpc::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel, absl::Duration deadline);

// The current and the maximum resident memory of a process.
int64_t ResidentBytes(pid_t pid);
int64_t PeakResidentBytes(pid_t pid);

// The CPU time of all threads of a process since it started, user and kernel, to a hundredth of a
// second. REQUIRES: it runs.
absl::Duration CpuTime(pid_t pid);

// Returns whether the process is built with a sanitizer, so that its memory is meaningless.
bool IsSanitized(pid_t pid);

// Polls until `is_so` is true. Returns whether it was within the time.
bool Eventually(const std::function<bool()>& is_so, absl::Duration within);

// Returns how long the action takes.
absl::Duration TimeOf(const std::function<void()>& action);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_PROBE_H_
