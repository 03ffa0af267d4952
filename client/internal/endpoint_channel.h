// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_ENDPOINT_CHANNEL_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_ENDPOINT_CHANNEL_H_

#include <memory>
#include <string>

#include "client/client_options.h"
#include "grpcpp/channel.h"

namespace cache_invalidation::client::internal {

// The channel of MakeConnection(endpoint). REQUIRES: CheckEndpointAndOptions returned OK.
std::shared_ptr<grpc::Channel> MakeEndpointChannel(const std::string& endpoint,
                                                   const ClientOptions& options);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_ENDPOINT_CHANNEL_H_
