#ifndef CACHE_INVALIDATION_SERVER_RPC_BACKEND_H_
#define CACHE_INVALIDATION_SERVER_RPC_BACKEND_H_

#include "common/clock.h"
#include "server/delivery/hub.h"
#include "server/delivery/waiting_calls.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/admission.h"
#include "server/rpc/open_calls.h"
#include "server/shard/shard_set.h"

namespace cache_invalidation::rpc {

// What the services use. Everything outlives the grpc::Server that they are registered with.
struct Backend {
  shard::ShardSet& shards;
  const delivery::Hub& hub;
  delivery::WaitingCalls& waiting;
  const Clock& clock;
  metrics::RpcMetrics& metrics;
  const Admission& admission;
  OpenCalls& open_calls;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_BACKEND_H_
