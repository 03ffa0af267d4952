#ifndef CACHE_INVALIDATION_SERVER_PROCESS_GRPC_EXPERIMENTS_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_GRPC_EXPERIMENTS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::process {

// What GRPC_EXPERIMENTS is to be when the operator has set it to `given` (empty: not set): the same
// without the experiment `tcp_read_chunks`, unless `given` names it itself.
//
// That one is on in gRPC 1.51. With it a peer that sends faster than gRPC reads makes the read
// buffer of its connection double until its size overflows and gRPC aborts the process, whatever
// the peer sends.
std::string SafeGrpcExperiments(absl::string_view given);

// Sets the variable of this process. REQUIRES: there is one thread, and gRPC has not been used.
void ChooseGrpcExperiments();

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_GRPC_EXPERIMENTS_H_
