// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/connection_flags.h"

#include <cstdlib>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::cachectl {
namespace {

// A variable only: other users of the machine see command lines.
constexpr char kTokenVariable[] = "CACHE_INVALIDATION_TOKEN";

}  // namespace

void ConnectionFlags::Set(client::ClientOptions& options) const {
  const bool encrypts =
      tls || !ca_file.empty() || !cert_file.empty() || !key_file.empty() || !server_name.empty();
  if (encrypts) {
    options.tls = client::TlsOptions{.server_name = server_name,
                                     .root_certificates_file = ca_file,
                                     .private_key_file = key_file,
                                     .certificate_chain_file = cert_file};
  }
  options.token_file = token_file;
  const char* token = std::getenv(kTokenVariable);
  if (token_file.empty() && token != nullptr) options.token = token;
}

void AddConnectionFlags(CLI::App* app, ConnectionFlags* out) {
  app->add_option("-e,--endpoint", out->endpoint, "host:port of the service")
      ->envname("CACHE_INVALIDATION_ENDPOINT")
      ->capture_default_str();
  app->add_flag("--tls", out->tls, "Encrypt, and verify the service; implied by the next four")
      ->envname("CACHE_INVALIDATION_TLS");
  app->add_option("--tls-ca-file", out->ca_file,
                  "PEM file of the authorities of the service's certificate [those of the machine]")
      ->envname("CACHE_INVALIDATION_TLS_CA_FILE");
  app->add_option("--tls-cert-file", out->cert_file,
                  "PEM file of the client certificate to show, with its chain")
      ->envname("CACHE_INVALIDATION_TLS_CERT_FILE");
  app->add_option("--tls-key-file", out->key_file, "PEM file of its private key")
      ->envname("CACHE_INVALIDATION_TLS_KEY_FILE");
  app->add_option("--tls-server-name", out->server_name,
                  "The name in the service's certificate [the host of the endpoint]")
      ->envname("CACHE_INVALIDATION_TLS_SERVER_NAME");
  app->add_option("--token-file", out->token_file,
                  absl::StrCat("File of the token to show [the token in ", kTokenVariable, "]"))
      ->envname("CACHE_INVALIDATION_TOKEN_FILE");
}

}  // namespace cache_invalidation::cachectl
