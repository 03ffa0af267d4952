// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_GRPC_LOG_H_
#define CACHE_INVALIDATION_SERVER_RPC_GRPC_LOG_H_

#include "server/journal/journal.h"

namespace cache_invalidation::rpc {

// From now on gRPC's own log lines go to the journal, at their level there, which loses a line
// rather than wait for the reader of standard error: by default gRPC's threads, which serve every
// client, would wait. The kind of a line is its place in gRPC's source. Affects the whole process;
// call it in main(), once. `journal` must outlive gRPC. Which lines gRPC makes is still decided by
// GRPC_VERBOSITY and GRPC_TRACE.
void ReportGrpcLog(journal::Journal& journal);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_GRPC_LOG_H_
