// SPDX-License-Identifier: Apache-2.0

#include "tests/tls/secret.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace cache_invalidation {

void WriteFile(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

Secret::Secret(const TestCertificate& pair, const std::string& authorities)
    : current_(directory_.path() + "/current") {
  Replace(pair, authorities);
}

void Secret::Replace(const TestCertificate& pair, const std::string& authorities) {
  const std::string next = absl::StrCat(directory_.path(), "/", ++versions_);
  std::filesystem::create_directory(next);
  WriteFile(next + "/tls.crt", pair.cert);
  WriteFile(next + "/tls.key", pair.key);
  WriteFile(next + "/ca.crt", authorities);
  std::filesystem::create_directory_symlink(next, next + ".link");
  std::filesystem::rename(next + ".link", current_);
}

std::vector<std::string> Secret::ServerFlags() const {
  return {"--durability=memory", "--longest_earlier_lease=0s", "--tls_cert_file=" + cert(),
          "--tls_key_file=" + key(), "--tls_client_ca_file=" + ca()};
}

client::TlsOptions Secret::ClientFiles() const {
  return {
      .root_certificates_file = ca(), .private_key_file = key(), .certificate_chain_file = cert()};
}

}  // namespace cache_invalidation
