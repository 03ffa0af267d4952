// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_PEM_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_PEM_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::client::internal {

// Check the form of a PEM text: its blocks are complete, their base64 is that of one ASN.1 sequence
// each, and one at least is a certificate, or a private key without a passphrase. gRPC would report
// a text that is none of this as a service that cannot be reached. They do not check signatures,
// dates, or whether key and certificate belong together. Fail with INVALID_ARGUMENT.
absl::Status CheckPemCertificates(absl::string_view pem);
absl::Status CheckPemPrivateKey(absl::string_view pem);

// Reads a file that is to hold PEM. Fails with INVALID_ARGUMENT if it is no regular file, cannot be
// read, or is larger than any such file.
absl::StatusOr<std::string> ReadPemFile(const std::string& path);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_PEM_H_
