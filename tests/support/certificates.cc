// SPDX-License-Identifier: Apache-2.0

#include "tests/support/certificates.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "openssl/bio.h"
#include "openssl/evp.h"
#include "openssl/pem.h"
#include "openssl/x509.h"
#include "openssl/x509v3.h"

namespace cache_invalidation {
namespace {

using EvpKey = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using X509Certificate = std::unique_ptr<X509, void (*)(X509*)>;

EvpKey NewKey() { return EvpKey(EVP_EC_gen("P-256"), EVP_PKEY_free); }

// Returns what `write` writes.
template <typename Write>
std::string PemOf(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  Check(write(bio.get()) == 1, "it can be written");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Check(extension != nullptr, "the extension is well-formed");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void SetName(X509_NAME* name, const std::string& common_name) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
}

// By it verifiers find the authority, so each has one of its own.
std::string NewAuthorityName() {
  static std::atomic<int> number = 0;
  return absl::StrCat("Test Authority ", ++number);
}

// A certificate without extensions and signature.
X509Certificate NewCertificate(EVP_PKEY* key, const std::string& subject, const std::string& issuer,
                               absl::Time begins, absl::Time ends) {
  static std::atomic<long> serial = 0;
  X509Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(begins));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(ends));
  SetName(X509_get_subject_name(certificate.get()), subject);
  SetName(X509_get_issuer_name(certificate.get()), issuer);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

std::string Signed(X509* certificate, EVP_PKEY* authority) {
  Check(X509_sign(certificate, authority, EVP_sha256()) != 0, "it can be signed");
  return PemOf([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string OwnCertificate(EVP_PKEY* key, const std::string& name, absl::Time now) {
  const X509Certificate certificate =
      NewCertificate(key, name, name, now - absl::Hours(1), now + absl::Hours(1));
  AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate.get(), NID_key_usage, "critical,keyCertSign");
  return Signed(certificate.get(), key);
}

}  // namespace

struct TestAuthority::Key {
  EvpKey key = NewKey();
};

TestAuthority::TestAuthority(absl::Time now)
    : now_(now),
      key_(std::make_unique<const Key>()),
      name_(NewAuthorityName()),
      cert_(OwnCertificate(key_->key.get(), name_, now)) {}

TestAuthority::~TestAuthority() = default;

TestCertificate TestAuthority::Issue(const TestNames& names) const {
  return Issue(names, now_ - absl::Hours(1), now_ + absl::Hours(1));
}

TestCertificate TestAuthority::Issue(const TestNames& names, absl::Time begins,
                                     absl::Time ends) const {
  const EvpKey key = NewKey();
  const X509Certificate certificate = NewCertificate(key.get(), "test", name_, begins, ends);
  AddExtension(certificate.get(), NID_subject_alt_name, names.subject_alt_name);
  AddExtension(certificate.get(), NID_ext_key_usage, names.extended_key_usage);
  return {.cert = Signed(certificate.get(), key_->key.get()),
          .key = PemOf([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace cache_invalidation
