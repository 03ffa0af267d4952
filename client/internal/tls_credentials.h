#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_TLS_CREDENTIALS_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_TLS_CREDENTIALS_H_

#include <memory>

#include "client/client_options.h"
#include "grpcpp/security/credentials.h"

namespace cache_invalidation::client::internal {

// Returns what a channel encrypts with. With files, a thread of gRPC reads them as long as the
// channel exists. REQUIRES: the options passed their check (options_check.h). `server_name` is an
// argument of the channel, and not used here.
std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(const TlsOptions& tls);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_TLS_CREDENTIALS_H_
