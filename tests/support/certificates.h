// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_CERTIFICATES_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_CERTIFICATES_H_

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace cache_invalidation {

// PEM texts.
struct TestCertificate {
  std::string cert;
  std::string key;
};

// What a certificate says.
struct TestNames {
  std::string subject_alt_name = "DNS:localhost,IP:127.0.0.1";  // as openssl's configuration has it
  std::string extended_key_usage = "";                          // empty: for everything
};

// An authority with a key of its own that issues certificates. Thread-compatible.
class TestAuthority {
 public:
  // `now`: certificates are valid from an hour before it to an hour after it unless said otherwise.
  explicit TestAuthority(absl::Time now);
  ~TestAuthority();

  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // Its own certificate.
  const std::string& cert() const { return cert_; }

  TestCertificate Issue(const TestNames& names = {}) const;
  TestCertificate Issue(const TestNames& names, absl::Time begins, absl::Time ends) const;

 private:
  struct Key;
  const absl::Time now_;
  const std::unique_ptr<const Key> key_;
  const std::string name_;
  const std::string cert_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_CERTIFICATES_H_
