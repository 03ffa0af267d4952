#include "client/internal/tls_credentials.h"

#include "client/internal/options_check.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace cache_invalidation::client::internal {
namespace {

// How often gRPC reads the files again.
constexpr unsigned kReadEverySeconds = 1;

}  // namespace

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

}  // namespace cache_invalidation::client::internal
