// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_WIRE_CHUNK_H_
#define CACHE_INVALIDATION_SERVER_WIRE_CHUNK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::wire {

// Encoded events of one namespace. Events are encoded once, into chunks, which are the unit of
// storing, caching and sending them.
//
// `bytes` is a concatenation of parts. Each part is one `SubscribeResponse.events` field with
// its tag and length, so any run of parts is a valid SubscribeResponse, and so is any
// concatenation of runs. Parts are ordered by revision and number, and no encoding spans parts. A
// revision may continue in the next chunk of the same group.
//
// Immutable once shared.
struct Chunk {
  struct Part {
    uint32_t offset = 0;  // into `bytes`
    uint32_t size = 0;
    uint64_t revision = 0;
    uint32_t number = 0;
    bool last_part = false;
  };

  std::string namespace_name;
  std::string bytes;
  std::vector<Part> parts;  // never empty

  uint64_t first_revision() const { return parts.front().revision; }
  uint64_t last_revision() const { return parts.back().revision; }
  absl::string_view part_bytes(const Part& part) const {
    return absl::string_view(bytes).substr(part.offset, part.size);
  }
};

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_CHUNK_H_
