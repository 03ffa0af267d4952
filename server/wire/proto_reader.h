#ifndef CACHE_INVALIDATION_SERVER_WIRE_PROTO_READER_H_
#define CACHE_INVALIDATION_SERVER_WIRE_PROTO_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace cache_invalidation::wire {

// Walks the fields of an encoded message without decoding it. What it accepts, protobuf accepts; it
// is stricter in that it takes no groups.
//
// Thread-compatible. Views what it was given.
class ProtoReader {
 public:
  // The numbers of the wire format.
  enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit ProtoReader(absl::string_view message) : rest_(message) {}

  // Steps to the next field. False at the end, and at the first thing that is no field: then
  // `broken`.
  bool Next();
  bool broken() const { return broken_; }
  // It is broken at the begin or the end of a group, which protobuf may accept.
  bool at_group() const { return at_group_; }

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
  bool at_group_ = false;
};

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_PROTO_READER_H_
