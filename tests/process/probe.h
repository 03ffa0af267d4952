#ifndef CACHE_INVALIDATION_TESTS_PROCESS_PROBE_H_
#define CACHE_INVALIDATION_TESTS_PROCESS_PROBE_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation {

// A connection of its own to a port of this machine.
std::shared_ptr<grpc::Channel> NewConnection(int port);

// What the health of a server is asked over, and its answer, which must be SERVING.
grpc::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel, absl::Duration deadline);

// What is, and at most was, resident of a process.
int64_t ResidentBytes(pid_t pid);
int64_t PeakResidentBytes(pid_t pid);

// Whether a sanitizer watches the process: then its memory says nothing.
bool IsSanitized(pid_t pid);

// Looks now and then until it is so. Answers whether it was within the time.
bool Eventually(const std::function<bool()>& is_so, absl::Duration within);

// How long it takes.
absl::Duration TimeOf(const std::function<void()>& action);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_PROCESS_PROBE_H_
