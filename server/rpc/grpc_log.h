#ifndef CACHE_INVALIDATION_SERVER_RPC_GRPC_LOG_H_
#define CACHE_INVALIDATION_SERVER_RPC_GRPC_LOG_H_

namespace cache_invalidation::rpc {

// From now on gRPC's own log lines are written with ReportLine, which loses a line rather than wait
// for the reader of standard error: by default gRPC's threads, which serve every client, would
// wait. Affects the whole process; call it in main(). Which lines there are is still decided by
// GRPC_VERBOSITY and GRPC_TRACE.
void ReportGrpcLog();

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_GRPC_LOG_H_
