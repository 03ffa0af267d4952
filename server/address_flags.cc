// SPDX-License-Identifier: Apache-2.0

#include "server/flags.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

ABSL_FLAG(std::string, listen_address, "127.0.0.1",
          "Address to listen on. Other addresses than loopback need --tls_cert_file or "
          "--allow_plaintext.");
ABSL_FLAG(uint16_t, grpc_port, 7400, "Port for gRPC. 0: any free port.");
ABSL_FLAG(uint16_t, http_port, 7401,
          "HTTP port for /metrics, /healthz and /readyz. 0: any free port.");
ABSL_FLAG(bool, http, true, "Serve HTTP.");
ABSL_FLAG(std::string, http_listen_address, "",
          "Address for HTTP, which is never encrypted: probes and Prometheus ask for it, and it "
          "shows no names that callers chose. Empty: that of --listen_address.");

ABSL_FLAG(std::string, tls_cert_file, "",
          "PEM file with the server's certificate and those between it and the root. Encrypts "
          "gRPC, with TLS 1.2 at least. Files of TLS are read again every second, for new "
          "connections; what cannot be used leaves the last good ones in use.");
ABSL_FLAG(std::string, tls_key_file, "",
          "PEM file with the private key of --tls_cert_file, without a passphrase.");
ABSL_FLAG(std::string, tls_client_ca_file, "",
          "PEM file with the authorities of clients. Clients then must show a certificate of one "
          "of them; others get no connection. Empty: they show none.");
ABSL_FLAG(bool, allow_plaintext, false,
          "Listen without TLS on an address that other machines reach: for a proxy beside the "
          "server that encrypts, or a network where everybody may read and do everything.");

namespace cache_invalidation {
namespace {

std::string Address(absl::string_view host, uint16_t port) { return absl::StrCat(host, ":", port); }

// Whether nobody but this machine reaches it. False for other names: what they mean can change.
bool IsLoopback(absl::string_view given) {
  absl::ConsumePrefix(&given, "[");
  absl::ConsumeSuffix(&given, "]");
  const std::string host(given);
  in_addr v4 = {};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6 = {};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return host == "localhost";
}

absl::Status CheckTls(const tls::CertificatePaths& paths, absl::string_view host) {
  if (paths.cert.empty() != paths.key.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        paths.cert.empty() ? "--tls_cert_file" : "--tls_key_file", ": expected a file, because ",
        paths.cert.empty() ? "--tls_key_file" : "--tls_cert_file", " has one"));
  }
  if (!paths.cert.empty()) return absl::OkStatus();
  if (!paths.client_ca.empty()) {
    return absl::InvalidArgumentError(
        "--tls_client_ca_file: expected --tls_cert_file and --tls_key_file with it");
  }
  if (IsLoopback(host) || absl::GetFlag(FLAGS_allow_plaintext)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--listen_address: other machines reach ", host,
      ", and nothing would be encrypted: set --tls_cert_file and --tls_key_file, or "
      "--allow_plaintext if a proxy beside the server encrypts or the network is closed"));
}

}  // namespace

absl::Status TakeAddressFlags(ServerOptions& options) {
  const std::string host = absl::GetFlag(FLAGS_listen_address);
  if (host.empty()) {
    return absl::InvalidArgumentError("--listen_address: expected an address, got none");
  }
  options.certificates = {.cert = absl::GetFlag(FLAGS_tls_cert_file),
                          .key = absl::GetFlag(FLAGS_tls_key_file),
                          .client_ca = absl::GetFlag(FLAGS_tls_client_ca_file)};
  if (absl::Status status = CheckTls(options.certificates, host); !status.ok()) return status;
  options.grpc_address = Address(host, absl::GetFlag(FLAGS_grpc_port));
  const std::string http_host = absl::GetFlag(FLAGS_http_listen_address);
  options.http_address = absl::GetFlag(FLAGS_http) ? Address(http_host.empty() ? host : http_host,
                                                             absl::GetFlag(FLAGS_http_port))
                                                   : "";
  return absl::OkStatus();
}

}  // namespace cache_invalidation
