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
// `bytes` is a concatenation of entries. Each entry is one `SubscribeResponse.events` field with
// its tag and length, so any run of entries is a valid SubscribeResponse, and so is any
// concatenation of runs. Entries are ordered by revision and part, and no encoding spans entries. A
// revision may continue in the next chunk of the same group.
//
// Immutable once shared.
struct Chunk {
  struct Entry {
    uint32_t offset = 0;  // into `bytes`
    uint32_t size = 0;
    uint64_t revision = 0;
    uint32_t part = 0;
    bool last_part = false;
  };

  std::string namespace_name;
  std::string bytes;
  std::vector<Entry> entries;  // never empty

  uint64_t first_revision() const { return entries.front().revision; }
  uint64_t last_revision() const { return entries.back().revision; }
  absl::string_view entry_bytes(const Entry& entry) const {
    return absl::string_view(bytes).substr(entry.offset, entry.size);
  }
};

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_CHUNK_H_
