#ifndef CACHE_INVALIDATION_COMMON_CRC32C_H_
#define CACHE_INVALIDATION_COMMON_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns the CRC-32C (Castagnoli) of some bytes; `before` is that of the bytes in front of them, 0
// if there are none. Detects damage, not intent. Some hundred MB/s.
uint32_t Crc32c(absl::string_view bytes, uint32_t before = 0);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_CRC32C_H_
