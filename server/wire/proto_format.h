// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_WIRE_PROTO_FORMAT_H_
#define CACHE_INVALIDATION_SERVER_WIRE_PROTO_FORMAT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::wire {

// Walks the fields of an encoded message without decoding it. It accepts a subset of what protobuf
// accepts: no groups.
//
// Thread-compatible. The message must outlive the reader.
class ProtoReader {
 public:
  // The numbers of the wire format.
  enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit ProtoReader(absl::string_view message) : rest_(message) {}

  // Moves to the next field. Returns false at the end, and at anything that is not a field, in
  // which case broken() is true.
  bool Next();
  bool broken() const { return broken_; }
  // Whether it is broken because of a group, which protobuf may accept.
  bool at_group() const { return at_group_; }

  // The current field.
  uint32_t number() const { return number_; }
  Type type() const { return type_; }
  bool Is(uint32_t number, Type type) const { return number_ == number && type_ == type; }
  // The content of the current field. REQUIRES: it is of type kBytes.
  absl::string_view bytes() const { return bytes_; }

 private:
  bool ReadVarint(size_t max_bytes, uint64_t* value);
  bool ReadField();

  absl::string_view rest_;
  absl::string_view bytes_;
  uint32_t number_ = 0;
  Type type_ = Type::kVarint;
  bool broken_ = false;
  bool at_group_ = false;
};

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

#endif  // CACHE_INVALIDATION_SERVER_WIRE_PROTO_FORMAT_H_
