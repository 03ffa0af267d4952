// SPDX-License-Identifier: Apache-2.0

#include "server/tls/server_credentials.h"

#include <memory>
#include <string>
#include <utility>

#include "common/check.h"
#include "grpc/grpc.h"
#include "grpc/grpc_security.h"
#include "openssl/bio.h"
#include "openssl/err.h"
#include "openssl/ssl.h"

namespace cache_invalidation::tls {
namespace {

// The protocol that gRPC's servers insist on, with its length, as ALPN wants it.
constexpr unsigned char kHttp2[] = {2, 'h', '2'};

// gRPC's C library asks for certificates at each handshake; its C++ library does not offer that.
class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  explicit ReloadingCredentials(CertificateFiles& files)
      : files_(files),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                files.paths().client_ca.empty()
                    ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                    : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
                Fetch, this))) {}
  ~ReloadingCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {
    Check(false, "calls are authorized by the services, not by a processor of gRPC");
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<ReloadingCredentials*>(self)->Give(config);
  }

  grpc_ssl_certificate_config_reload_status Give(grpc_ssl_server_certificate_config** config) {
    std::shared_ptr<const Certificates> current = files_.Current();
    if (current == given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {current->key.c_str(), current->cert.c_str()};
    *config = grpc_ssl_server_certificate_config_create(
        current->client_ca.empty() ? nullptr : current->client_ca.c_str(), &pair, 1);
    given_ = std::move(current);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  CertificateFiles& files_;
  std::shared_ptr<const Certificates> given_;  // the last; by the accepting thread
  grpc_server_credentials* const credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ServerCredentials(CertificateFiles& files) {
  return std::make_shared<ReloadingCredentials>(files);
}

std::string ClientHello() {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free);
  const std::unique_ptr<SSL, void (*)(SSL*)> connection(SSL_new(context.get()), SSL_free);
  Check(connection != nullptr, "OpenSSL makes a connection");
  SSL_set_alpn_protos(connection.get(), kHttp2, sizeof(kHttp2));
  BIO* const answers = BIO_new(BIO_s_mem());
  BIO* const sent = BIO_new(BIO_s_mem());
  SSL_set_bio(connection.get(), answers, sent);  // which it owns
  SSL_connect(connection.get());                 // writes, then lacks an answer
  ERR_clear_error();
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(sent, &bytes);
  Check(size > 0, "a client speaks first");
  return std::string(bytes, static_cast<size_t>(size));
}

}  // namespace cache_invalidation::tls
