// SPDX-License-Identifier: Apache-2.0

#include "client/internal/endpoint_channel.h"

#include "client/grpc_channel.h"
#include "client/internal/options_check.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "grpcpp/support/channel_arguments.h"

namespace cache_invalidation::client::internal {
namespace {

// How often gRPC reads the files again.
constexpr unsigned kReadEverySeconds = 1;

// Returns what a channel encrypts with. With files, a thread of gRPC reads them as long as the
// channel exists. `server_name` is an argument of the channel, and not used here.
std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(const TlsOptions& tls) {
  if (!HasFiles(tls)) {
    return grpc::SslCredentials({.pem_root_certs = tls.root_certificates,
                                 .pem_private_key = tls.private_key,
                                 .pem_cert_chain = tls.certificate_chain});
  }
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          tls.private_key_file, tls.certificate_chain_file, tls.root_certificates_file,
          kReadEverySeconds));
  if (!tls.root_certificates_file.empty()) options.watch_root_certs();
  if (!tls.private_key_file.empty()) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace

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
