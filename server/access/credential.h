#ifndef CACHE_INVALIDATION_SERVER_ACCESS_CREDENTIAL_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_CREDENTIAL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::access {

// The SHA-256 of a token. Tokens themselves are never stored: they are long and random, so a hash
// without salt says nothing about them.
using TokenHash = std::array<uint8_t, 32>;

TokenHash HashOf(absl::string_view token);

// Compares in a time that does not depend on the values.
bool AreEqual(const TokenHash& a, const TokenHash& b);

// What a caller presents to say who it is.
struct Credential {
  // The caller sent something that is no credential: it is refused, and not taken for anonymous.
  bool malformed = false;
  std::optional<TokenHash> token = std::nullopt;
  // The subject alternative names (URI and DNS) of the verified client certificate. Absent: none.
  std::optional<std::vector<std::string>> certificate = std::nullopt;
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_CREDENTIAL_H_
