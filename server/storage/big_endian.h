#ifndef CACHE_INVALIDATION_SERVER_STORAGE_BIG_ENDIAN_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_BIG_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::storage {

// Fixed-width numbers, most significant byte first, so that their bytewise order is their numeric
// order. `Number` is uint32_t or uint64_t.

template <typename Number>
void AppendBigEndian(Number value, std::string& out) {
  for (size_t shift = 8 * sizeof(Number); shift > 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> (shift - 8)));
  }
}

// Removes a number from the front of `in`. Returns false, and changes nothing, if `in` is too
// short.
template <typename Number>
bool ConsumeBigEndian(absl::string_view& in, Number& value) {
  if (in.size() < sizeof(Number)) return false;
  value = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) {
    value = static_cast<Number>(value << 8 | static_cast<uint8_t>(in[i]));
  }
  in.remove_prefix(sizeof(Number));
  return true;
}

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_BIG_ENDIAN_H_
