// SPDX-License-Identifier: Apache-2.0

// The only public header that exposes gRPC: for your own channel, with other credentials or
// arguments, or inside one process.
//
//   grpc::ChannelArguments arguments;
//   SetDefaultChannelArguments(arguments);
//   arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
//   const std::shared_ptr<grpc::Channel> channel = grpc::CreateCustomChannel(
//       "localhost:7400", grpc::InsecureChannelCredentials(), arguments);
//   const Client client(MakeConnection(channel));
//   EXPECT_TRUE(client.InvalidateByWrite("user", "user123", "update").ok());
//
// A program that includes gRPC's headers links gRPC itself (gRPC::grpc++).
//
// Threads: thread-safe. A Connection uses its channel as long as it exists.
// Errors: a channel that cannot connect fails the calls with UNAVAILABLE.
// Cost: a channel is expensive; share one per process.

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
// large messages, the SDK's version as user agent, and gRPC's own retries off, because the
// Connection retries. Call it for your own channels.
void SetDefaultChannelArguments(grpc::ChannelArguments& arguments);

// As OpenConnection(endpoint) and MakeConnection(endpoint), over this channel. ClientOptions::tls
// is ignored; a token needs ClientOptions::allow_token_without_tls.
absl::StatusOr<std::shared_ptr<Connection>> OpenConnection(std::shared_ptr<grpc::Channel> channel,
                                                           ClientOptions options = {});
std::shared_ptr<Connection> MakeConnection(std::shared_ptr<grpc::Channel> channel,
                                           ClientOptions options = {});

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_GRPC_CHANNEL_H_
