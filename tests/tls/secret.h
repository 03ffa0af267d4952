// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TLS_SECRET_H_
#define CACHE_INVALIDATION_TESTS_TLS_SECRET_H_

#include <string>
#include <vector>

#include "client/client_options.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// A directory with a certificate, its key, and the authorities of the other side. For one thread.
class Secret {
 public:
  Secret(const TestCertificate& pair, const std::string& authorities);

  // Replaces all files at one moment, as Kubernetes does: what leads to them is a link.
  void Replace(const TestCertificate& pair, const std::string& authorities);

  std::string cert() const { return current_ + "/tls.crt"; }
  std::string key() const { return current_ + "/tls.key"; }
  std::string ca() const { return current_ + "/ca.crt"; }

  // For a server that asks for certificates of clients.
  std::vector<std::string> ServerFlags() const;
  // For a client that shows one.
  client::TlsOptions ClientFiles() const;

 private:
  const TemporaryDirectory directory_;
  const std::string current_;
  int versions_ = 0;
};

void WriteFile(const std::string& path, const std::string& text);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_TLS_SECRET_H_
