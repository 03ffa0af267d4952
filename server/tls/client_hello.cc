#include "server/tls/client_hello.h"

#include <memory>

#include "common/check.h"
#include "openssl/bio.h"
#include "openssl/err.h"
#include "openssl/ssl.h"

namespace cache_invalidation::tls {
namespace {

// The protocol that gRPC's servers insist on, with its length, as ALPN wants it.
constexpr unsigned char kHttp2[] = {2, 'h', '2'};

}  // namespace

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
