// The one public header that shows gRPC: for a channel of your own, with other credentials or
// arguments, or inside one process.

#ifndef CACHE_INVALIDATION_CLIENT_GRPC_CHANNEL_H_
#define CACHE_INVALIDATION_CLIENT_GRPC_CHANNEL_H_

#include <memory>

#include "client/client_options.h"
#include "client/connection.h"

namespace grpc {
class Channel;
class ChannelArguments;
}  // namespace grpc

namespace cache_invalidation::client {

// Sets what MakeConnection(endpoint) sets: quick reconnecting, keepalive, room for large
// messages, and gRPC's own retries off, because the Connection does them. Call it for channels of
// your own.
void SetDefaultChannelArguments(grpc::ChannelArguments& arguments);

// As MakeConnection(endpoint), over this channel; ClientOptions::tls does nothing here.
std::shared_ptr<Connection> MakeConnection(std::shared_ptr<grpc::Channel> channel,
                                           ClientOptions options = {});

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_GRPC_CHANNEL_H_
