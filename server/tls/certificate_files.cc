// SPDX-License-Identifier: Apache-2.0

#include "server/tls/certificate_files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/files.h"
#include "server/tls/certificates.h"

namespace cache_invalidation::tls {
namespace {

// All root certificates of a machine are a quarter of this.
constexpr size_t kMaxFileBytes = 1 << 20;

absl::StatusOr<std::string> Read(const std::string& path) {
  absl::StatusOr<std::string> text = ReadRegularFile(path, kMaxFileBytes + 1);
  if (!text.ok()) return text.status();
  if (text->size() > kMaxFileBytes) {
    return absl::InvalidArgumentError("expected at most 1 MiB, got more");
  }
  return text;
}

absl::Status Named(absl::string_view flag, const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", path, ": ", status.message()));
}

}  // namespace

absl::StatusOr<Certificates> ReadCertificates(const CertificatePaths& paths, absl::Time now) {
  const auto of_cert = [&](const absl::Status& s) {
    return Named("--tls_cert_file", paths.cert, s);
  };
  const auto of_key = [&](const absl::Status& s) { return Named("--tls_key_file", paths.key, s); };
  const auto of_ca = [&](const absl::Status& s) {
    return Named("--tls_client_ca_file", paths.client_ca, s);
  };
  absl::StatusOr<std::string> cert = Read(paths.cert);
  if (!cert.ok()) return of_cert(cert.status());
  const absl::StatusOr<absl::Time> expires = CheckServerCertificate(*cert, now);
  if (!expires.ok()) return of_cert(expires.status());
  absl::StatusOr<std::string> key = Read(paths.key);
  if (!key.ok()) return of_key(key.status());
  if (absl::Status status = CheckPrivateKey(*key, *cert); !status.ok()) return of_key(status);
  absl::StatusOr<std::string> client_ca = std::string();
  if (!paths.client_ca.empty()) {
    client_ca = Read(paths.client_ca);
    if (!client_ca.ok()) return of_ca(client_ca.status());
    if (absl::Status status = CheckAuthorities(*client_ca); !status.ok()) return of_ca(status);
  }
  return Certificates{*std::move(cert), *std::move(key), *std::move(client_ca), *expires};
}

absl::StatusOr<std::unique_ptr<CertificateFiles>> CertificateFiles::Open(CertificatePaths paths,
                                                                         const Clock& clock,
                                                                         Tell tell) {
  absl::StatusOr<Certificates> first = ReadCertificates(paths, clock.Now());
  if (!first.ok()) return first.status();
  return std::unique_ptr<CertificateFiles>(
      new CertificateFiles(std::move(paths), clock, std::move(tell), *std::move(first)));
}

CertificateFiles::CertificateFiles(CertificatePaths paths, const Clock& clock, Tell tell,
                                   Certificates first)
    : paths_(std::move(paths)),
      clock_(clock),
      tell_(std::move(tell)),
      current_(std::make_shared<const Certificates>(std::move(first))),
      read_again_(clock.Monotonic() + kInterval) {}

std::shared_ptr<const Certificates> CertificateFiles::Current() {
  const absl::Duration now = clock_.Monotonic();
  std::shared_ptr<const Certificates> before;
  {
    MutexLock lock(mutex_);
    if (now < read_again_) return current_;
    read_again_ = now + kInterval;
    before = current_;
  }
  absl::StatusOr<Certificates> read = ReadCertificates(paths_, clock_.Now());
  const bool is_new = read.ok() && (read->cert != before->cert || read->key != before->key ||
                                    read->client_ca != before->client_ca);
  const std::string reason(read.status().message());
  bool is_news = is_new;
  std::shared_ptr<const Certificates> current;
  {
    MutexLock lock(mutex_);
    if (is_new) current_ = std::make_shared<const Certificates>(*std::move(read));
    if (reason != told_ && !reason.empty()) is_news = true;
    told_ = reason;
    current = current_;
  }
  if (is_news) tell_(read.status(), current->expires);
  return current;
}

absl::Time CertificateFiles::expires() const {
  MutexLock lock(mutex_);
  return current_->expires;
}

}  // namespace cache_invalidation::tls
