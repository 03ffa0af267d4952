#include "server/access/credential.h"

#include "openssl/crypto.h"
#include "openssl/sha.h"

namespace cache_invalidation::access {

TokenHash HashOf(absl::string_view token) {
  static_assert(std::tuple_size_v<TokenHash> == SHA256_DIGEST_LENGTH);
  TokenHash hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

bool AreEqual(const TokenHash& a, const TokenHash& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cache_invalidation::access
