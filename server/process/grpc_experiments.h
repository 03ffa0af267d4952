#ifndef CACHE_INVALIDATION_SERVER_PROCESS_GRPC_EXPERIMENTS_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_GRPC_EXPERIMENTS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::process {

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

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_GRPC_EXPERIMENTS_H_
