#ifndef CACHE_INVALIDATION_SERVER_RPC_WIRE_READER_H_
#define CACHE_INVALIDATION_SERVER_RPC_WIRE_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace cache_invalidation::rpc {

// Walks the fields of an encoded message without decoding it. What it accepts, protobuf accepts; it
// is stricter in that it takes no groups.
//
// Thread-compatible. Views what it was given.
class WireReader {
 public:
  // The numbers of the wire format.
  enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit WireReader(absl::string_view message) : rest_(message) {}

  // Steps to the next field. False at the end, and at the first thing that is no field: then
  // `broken`.
  bool Next();
  bool broken() const { return broken_; }

  // The field it stands at.
  uint32_t number() const { return number_; }
  Type type() const { return type_; }
  bool Is(uint32_t number, Type type) const { return number_ == number && type_ == type; }
  // Its bytes, if it is of type kBytes.
  absl::string_view bytes() const { return bytes_; }

 private:
  bool ReadVarint(size_t max_bytes, uint64_t* value);
  bool ReadField();

  absl::string_view rest_;
  absl::string_view bytes_;
  uint32_t number_ = 0;
  Type type_ = Type::kVarint;
  bool broken_ = false;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_WIRE_READER_H_
