// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_TLS_CERTIFICATE_FILES_H_
#define CACHE_INVALIDATION_SERVER_TLS_CERTIFICATE_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::tls {

// Where the certificates are: PEM files. Without `cert` nothing is encrypted.
struct CertificatePaths {
  std::string cert = {};
  std::string key = {};
  // Authorities of clients: they must show a certificate of one of them. Empty: they show none.
  std::string client_ca = {};
};

// What the files hold: texts that passed their checks (certificates.h), together.
struct Certificates {
  std::string cert;
  std::string key;
  std::string client_ca;
  absl::Time expires;  // of the first certificate of `cert`
};

// Reads and checks the files. INVALID_ARGUMENT: one cannot be used; the message begins with its
// flag and its path.
absl::StatusOr<Certificates> ReadCertificates(const CertificatePaths& paths, absl::Time now);

// The certificates in use: those that the files held when all of them were last good. Other
// programs may replace the files at any time and in any order; files that are missing, half-written
// or do not belong together change nothing.
//
// Thread-safe.
class CertificateFiles {
 public:
  // Gets what a reading changed: OK when other certificates are used from now on, otherwise why
  // those of the files are not, once for each reason in a row. Called by the thread that reads,
  // without locks.
  using Tell = std::function<void(const absl::Status& status, absl::Time expires)>;

  // How often the files are read at most.
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  // Fails as ReadCertificates. The clock must outlive the object.
  static absl::StatusOr<std::unique_ptr<CertificateFiles>> Open(CertificatePaths paths,
                                                                const Clock& clock, Tell tell);

  // Returns what a connection that begins now uses. Reads the files if they were not read for
  // kInterval; other threads get the last certificates meanwhile.
  std::shared_ptr<const Certificates> Current() ABSL_LOCKS_EXCLUDED(mutex_);

  // When the certificate in use expires.
  absl::Time expires() const ABSL_LOCKS_EXCLUDED(mutex_);

  const CertificatePaths& paths() const { return paths_; }

 private:
  CertificateFiles(CertificatePaths paths, const Clock& clock, Tell tell, Certificates first);

  const CertificatePaths paths_;
  const Clock& clock_;
  const Tell tell_;

  mutable Mutex mutex_;
  std::shared_ptr<const Certificates> current_ ABSL_GUARDED_BY(mutex_);
  absl::Duration read_again_ ABSL_GUARDED_BY(mutex_);
  std::string told_ ABSL_GUARDED_BY(mutex_);  // the last reason; empty after a success
};

}  // namespace cache_invalidation::tls

#endif  // CACHE_INVALIDATION_SERVER_TLS_CERTIFICATE_FILES_H_
