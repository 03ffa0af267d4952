// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_TLS_CERTIFICATES_H_
#define CACHE_INVALIDATION_SERVER_TLS_CERTIFICATES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::tls {

// Check PEM texts as OpenSSL will use them for connections, so that what passes does not fail
// later. Fail with INVALID_ARGUMENT and the reason. Thread-safe.

// A server's certificate, followed by those between it and the root: each is whole, and the first
// one is valid at `now` and made for servers. Returns when it expires. Names in it are not checked:
// clients do that.
absl::StatusOr<absl::Time> CheckServerCertificate(absl::string_view pem, absl::Time now);

// The private key of the certificate, without a passphrase. REQUIRES: the certificate passed its
// check.
absl::Status CheckPrivateKey(absl::string_view pem, absl::string_view certificate);

// Certificates of authorities, at least one.
absl::Status CheckAuthorities(absl::string_view pem);

}  // namespace cache_invalidation::tls

#endif  // CACHE_INVALIDATION_SERVER_TLS_CERTIFICATES_H_
