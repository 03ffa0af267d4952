// SPDX-License-Identifier: Apache-2.0

#include "server/tls/certificates.h"

#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "openssl/bio.h"
#include "openssl/err.h"
#include "openssl/pem.h"
#include "openssl/ssl.h"
#include "openssl/x509v3.h"

namespace cache_invalidation::tls {
namespace {

template <auto free>
struct Freed {
  template <typename Object>
  void operator()(Object* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

// Returns the reason that OpenSSL gives last, and clears its queue, which belongs to the thread.
absl::Status Refused(absl::string_view what) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return absl::InvalidArgumentError(reason == nullptr ? std::string(what)
                                                      : absl::StrCat(what, ": ", reason));
}

Bio Reading(absl::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Without a passphrase: OpenSSL would ask for it on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

// Returns all certificates, at least one.
absl::StatusOr<std::vector<Certificate>> Parse(absl::string_view pem) {
  ERR_clear_error();
  const Bio bio = Reading(pem);
  std::vector<Certificate> certificates;
  while (true) {
    Certificate next(PEM_read_bio_X509_AUX(bio.get(), nullptr, NoPassphrase, nullptr));
    if (next == nullptr) break;
    certificates.push_back(std::move(next));
  }
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!is_end) return Refused("a certificate is damaged");
  ERR_clear_error();
  if (certificates.empty()) {
    return absl::InvalidArgumentError("expected PEM certificates, got none");
  }
  return certificates;
}

absl::Time TimeOf(const ASN1_TIME* asn1) {
  std::tm calendar = {};
  if (ASN1_TIME_to_tm(asn1, &calendar) != 1) return absl::InfinitePast();
  return absl::FromTM(calendar, absl::UTCTimeZone());
}

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<absl::Time> CheckServerCertificate(absl::string_view pem, absl::Time now) {
  const absl::StatusOr<std::vector<Certificate>> chain = Parse(pem);
  if (!chain.ok()) return chain.status();
  X509* const own = chain->front().get();
  const absl::Time begins = TimeOf(X509_get0_notBefore(own));
  const absl::Time expires = TimeOf(X509_get0_notAfter(own));
  if (now >= expires) {
    return absl::InvalidArgumentError(absl::StrCat("the certificate expired at ", Text(expires)));
  }
  if (now < begins) {
    return absl::InvalidArgumentError(
        absl::StrCat("the certificate is valid only from ", Text(begins)));
  }
  if (X509_check_purpose(own, X509_PURPOSE_SSL_SERVER, /*ca=*/0) != 1) {
    return absl::InvalidArgumentError(
        "the certificate is not for servers: its extended key usage lacks serverAuth");
  }
  return expires;
}

absl::Status CheckPrivateKey(absl::string_view pem, absl::string_view certificate) {
  const absl::StatusOr<std::vector<Certificate>> chain = Parse(certificate);
  if (!chain.ok()) return chain.status();
  const Bio bio = Reading(pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  if (key == nullptr) return Refused("expected a PEM private key without a passphrase, got none");
  const Context context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return Refused("OpenSSL cannot make a context");
  if (SSL_CTX_use_certificate(context.get(), chain->front().get()) != 1) {
    return Refused("the certificate cannot be used");
  }
  if (X509_check_private_key(chain->front().get(), key.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the private key is not that of the certificate");
  }
  if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return Refused("the private key cannot be used");
  }
  return absl::OkStatus();
}

absl::Status CheckAuthorities(absl::string_view pem) { return Parse(pem).status(); }

}  // namespace cache_invalidation::tls
