// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_METADATA_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_METADATA_H_

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/call_options.h"
#include "client/client_options.h"
#include "client/internal/token_file.h"

namespace cache_invalidation::client::internal {

inline constexpr absl::string_view kAuthorization = "authorization";

// Limits. gRPC servers refuse requests whose metadata exceeds 8 KiB in all, by default; a part of
// that is gRPC's own.
inline constexpr size_t kMaxConnectionMetadataBytes = 2 << 10;
inline constexpr size_t kMaxCallMetadataBytes = 1 << 10;

// Checks names, values and total size, where each entry counts 32 bytes besides its text, as in
// HTTP/2. Fails with INVALID_ARGUMENT, which names the element: "[2]: ...".
absl::Status CheckMetadata(const CallMetadata& metadata, size_t max_bytes);

// Checks CallOptions::metadata.
absl::Status CheckCallMetadata(const CallMetadata& metadata);

// The metadata that a connection sends with every attempt. Thread-safe.
class ConnectionMetadata {
 public:
  // Reads the token file, if there is one.
  ConnectionMetadata(const ClientOptions& options, std::shared_ptr<Clock> clock,
                     TokenFile::Log log);

  // Returns why the token file had no token when this was made.
  absl::Status status() const;

  // Returns what an attempt that begins now sends. May read the token file.
  CallMetadata Get();

 private:
  const CallMetadata fixed_;
  std::unique_ptr<TokenFile> token_file_;  // null: none
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_METADATA_H_
