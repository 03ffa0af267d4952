#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_PEM_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_PEM_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::client::internal {

// Check the form of a PEM text: its blocks are complete, their base64 is that of one ASN.1 sequence
// each, and one at least is a certificate, or a private key without a passphrase. gRPC would report
// a text that is none of this as a service that cannot be reached. They do not check signatures,
// dates, or whether key and certificate belong together. Fail with INVALID_ARGUMENT.
absl::Status CheckPemCertificates(absl::string_view pem);
absl::Status CheckPemPrivateKey(absl::string_view pem);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_PEM_H_
