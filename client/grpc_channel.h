// The only public header that exposes gRPC: for your own channel, with other credentials or
// arguments, or inside one process.

#ifndef CACHE_INVALIDATION_CLIENT_GRPC_CHANNEL_H_
#define CACHE_INVALIDATION_CLIENT_GRPC_CHANNEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/client_options.h"
#include "client/connection.h"

namespace grpc {
class Channel;
class ChannelArguments;
}  // namespace grpc

namespace cache_invalidation::client {

// Sets the arguments that MakeConnection(endpoint) sets: quick reconnecting, keepalive, room for
// large messages, and gRPC's own retries off, because the Connection retries. Call it for your own
// channels.
void SetDefaultChannelArguments(grpc::ChannelArguments& arguments);

// As OpenConnection(endpoint) and MakeConnection(endpoint), over this channel. ClientOptions::tls
// is ignored; a token needs ClientOptions::allow_token_without_tls.
absl::StatusOr<std::shared_ptr<Connection>> OpenConnection(std::shared_ptr<grpc::Channel> channel,
                                                           ClientOptions options = {});
std::shared_ptr<Connection> MakeConnection(std::shared_ptr<grpc::Channel> channel,
                                           ClientOptions options = {});

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_GRPC_CHANNEL_H_
