#include "client/internal/endpoint_channel.h"

#include "client/grpc_channel.h"
#include "client/internal/endpoint.h"
#include "client/internal/tls_credentials.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace cache_invalidation::client::internal {

std::shared_ptr<grpc::Channel> MakeEndpointChannel(const std::string& endpoint,
                                                   const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  SetDefaultChannelArguments(arguments);
  // A proxy of the environment (http_proxy) does not get what is sent on this machine.
  if (IsOnThisMachine(endpoint)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (options.tls.has_value()) {
    credentials = TlsCredentials(*options.tls);
    if (!options.tls->server_name.empty()) {
      arguments.SetSslTargetNameOverride(options.tls->server_name);
    }
  }
  return grpc::CreateCustomChannel(endpoint, credentials, arguments);
}

}  // namespace cache_invalidation::client::internal
