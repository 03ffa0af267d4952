// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIBER_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIBER_CONVERSION_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "server/delivery/session_table.h"

namespace cache_invalidation::rpc {

// The subscribers of a namespace at one time.
struct SubscribersNow {
  std::vector<std::shared_ptr<delivery::SubscriberSession>> sessions;  // in any order
  uint64_t head = 0;                                                   // of the namespace
  absl::string_view epoch;
  absl::Duration monotonic;  // Clock::Monotonic
  absl::Time wall;           // Clock::Now
};

// Fills in the requested page. `subscribers_of`: called once, with the namespace; its error is that
// of the call. Sessions that are over are left out.
using SubscribersOf = absl::FunctionRef<absl::StatusOr<SubscribersNow>(absl::string_view name)>;
absl::Status ListSubscribers(const v1::ListSubscribersRequest& request,
                             SubscribersOf subscribers_of, google::protobuf::Arena& arena,
                             v1::ListSubscribersResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIBER_CONVERSION_H_
