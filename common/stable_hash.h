// SPDX-License-Identifier: Apache-2.0

// Hashes that are the same in every process, release and language: for what is stored, or computed
// by others as well. Not against an adversary. All functions are pure.

#ifndef CACHE_INVALIDATION_COMMON_STABLE_HASH_H_
#define CACHE_INVALIDATION_COMMON_STABLE_HASH_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns the FNV-1a hash of 64 bits.
inline uint64_t StableHash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : text) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  return hash;
}

// Returns the CRC-32C (Castagnoli) of some bytes; `before` is that of the bytes in front of them, 0
// if there are none. Detects damage, not intent. Some hundred MB/s.
uint32_t Crc32c(absl::string_view bytes, uint32_t before = 0);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_STABLE_HASH_H_
