// SPDX-License-Identifier: Apache-2.0

#include "server/wire/proto_format.h"

#include <limits>

namespace cache_invalidation::wire {
namespace {

// The limits of protobuf, which rejects longer encodings of a tag or a length.
constexpr size_t kMaxTagBytes = 5;
constexpr size_t kMaxLengthBytes = 5;
constexpr size_t kMaxVarintBytes = 10;

// Wire types of a group.
constexpr uint64_t kGroupBegins = 3;
constexpr uint64_t kGroupEnds = 4;

}  // namespace

bool ProtoReader::Next() {
  if (broken_ || rest_.empty()) return false;
  broken_ = !ReadField();
  return !broken_;
}

bool ProtoReader::ReadVarint(size_t max_bytes, uint64_t* value) {
  *value = 0;
  for (size_t i = 0; i < max_bytes && i < rest_.size(); ++i) {
    const uint64_t byte = static_cast<unsigned char>(rest_[i]);
    *value |= (byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      rest_.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool ProtoReader::ReadField() {
  uint64_t tag = 0;
  if (!ReadVarint(kMaxTagBytes, &tag) || tag > std::numeric_limits<uint32_t>::max()) return false;
  number_ = static_cast<uint32_t>(tag >> 3);
  type_ = static_cast<Type>(tag & 7);
  if (number_ == 0) return false;
  at_group_ = (tag & 7) == kGroupBegins || (tag & 7) == kGroupEnds;

  uint64_t size = 0;
  switch (type_) {
    case Type::kVarint:
      return ReadVarint(kMaxVarintBytes, &size);
    case Type::kFixed64:
      size = 8;
      break;
    case Type::kFixed32:
      size = 4;
      break;
    case Type::kBytes:
      if (!ReadVarint(kMaxLengthBytes, &size)) return false;
      break;
    default:
      return false;
  }
  if (size > rest_.size()) return false;
  bytes_ = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

}  // namespace cache_invalidation::wire
