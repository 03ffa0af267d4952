// SPDX-License-Identifier: Apache-2.0

// The process as the system sees it: its limits, how it ends when it cannot end in order, and its
// environment variables.

#ifndef CACHE_INVALIDATION_SERVER_PROCESS_ENVIRONMENT_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_ENVIRONMENT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::process {

// Raises the soft limit of open files of the process to its hard limit. Returns the resulting
// limit.
int RaiseDescriptorLimit();

// The current limit.
int DescriptorLimit();

// The first of `limit` descriptors that connections may not use: it and all above are reserved for
// files. The system assigns the lowest free number, so a connection with such a number is one too
// many.
int FirstReservedDescriptor(int limit);

// The memory limit that the control groups of this process enforce, as in a container: the least of
// its group and those above it, for both versions of cgroups. Absent: no limit. `root`: the root of
// the file system; other than "" in tests.
std::optional<uint64_t> CgroupMemoryLimit(const std::string& root = "");

// From now on, if the system has no more memory, the process ends with EXIT_FAILURE and `line` on
// standard error instead of a silent abort. This covers our own code and C libraries that abort
// then, such as gRPC's core. Any other abort is unchanged. A later call replaces the line. `line`
// is in static storage, with its line break.
void EndWithAWordWhenOutOfMemory(const char* line);

// Arms SIGALRM: after `delay` the process writes `why` to standard error and exits with
// EXIT_FAILURE, even if every thread is blocked. A later call replaces an earlier one. `why` is a
// line in static storage, or null. REQUIRES: delay > 0. Thread-safe.
void ForceExitAfter(absl::Duration delay, const char* why = nullptr);

// The value for GRPC_EXPERIMENTS if the operator has set it to `given` (empty: not set): `given`
// without the experiment `tcp_read_chunks`, unless `given` names it itself.
//
// The experiment is on by default in gRPC 1.51. With it, if a peer sends faster than gRPC reads,
// the read buffer of its connection doubles until its size overflows and gRPC aborts the process,
// whatever the peer sends.
std::string SafeGrpcExperiments(absl::string_view given);

// Sets the variable of this process. REQUIRES: there is one thread, and gRPC has not been used.
void ChooseGrpcExperiments();

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_ENVIRONMENT_H_
