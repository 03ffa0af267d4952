#ifndef CACHE_INVALIDATION_COMMON_STABLE_HASH_H_
#define CACHE_INVALIDATION_COMMON_STABLE_HASH_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns a hash that is the same in every process, release and language: FNV-1a of 64 bits. For
// what is stored, or computed by others as well. Not against an adversary.
inline uint64_t StableHash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : text) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_STABLE_HASH_H_
