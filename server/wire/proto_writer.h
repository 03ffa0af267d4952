#ifndef CACHE_INVALIDATION_SERVER_WIRE_PROTO_WRITER_H_
#define CACHE_INVALIDATION_SERVER_WIRE_PROTO_WRITER_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::wire {

// Functions to write the Protocol Buffers wire format directly, where building a message first
// would cost too much. Sizes are those of whole fields.

inline size_t VarintSize(uint64_t value) { return (std::bit_width(value | 1) + 6) / 7; }

inline void AppendVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// Field numbers are constants below 16, so a tag is one byte.
inline constexpr size_t kTagSize = 1;

inline void AppendVarintField(int field, uint64_t value, std::string& out) {
  out.push_back(static_cast<char>(field << 3));
  AppendVarint(value, out);
}

inline size_t VarintFieldSize(uint64_t value) { return kTagSize + VarintSize(value); }

// Appends the tag and length of a field whose `size` bytes follow.
inline void AppendBytesHeader(int field, size_t size, std::string& out) {
  out.push_back(static_cast<char>(field << 3 | 2));
  AppendVarint(size, out);
}

inline void AppendBytesField(int field, absl::string_view bytes, std::string& out) {
  AppendBytesHeader(field, bytes.size(), out);
  out.append(bytes.data(), bytes.size());
}

inline size_t BytesFieldSize(size_t size) { return kTagSize + VarintSize(size) + size; }

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_PROTO_WRITER_H_
