#ifndef CACHE_INVALIDATION_SERVER_RPC_REFUSED_CALL_H_
#define CACHE_INVALIDATION_SERVER_RPC_REFUSED_CALL_H_

#include "absl/status/status.h"
#include "server/rpc/conversion/encoded_message.h"

namespace cache_invalidation::rpc {

// The reactor of a call that is refused at its start. Owned by gRPC: OnDone deletes it.
template <typename Reactor>
class RefusedCall final : public Reactor {
 public:
  explicit RefusedCall(const absl::Status& reason) { this->Finish(ToGrpcStatus(reason)); }

  void OnDone() override { delete this; }
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_REFUSED_CALL_H_
