#ifndef CACHE_INVALIDATION_SERVER_STORAGE_RANDOM_WRITES_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_RANDOM_WRITES_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// Writes of all kinds to few namespaces, rows and values, so that they meet; the same ones for the
// same seed and stores.
class RandomWrites {
 public:
  explicit RandomWrites(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  std::mt19937& random() { return random_; }

  // What `store` can be written next.
  WriteBatch Next(const Store& store);

 private:
  std::shared_ptr<const wire::Chunk> NextChunk(absl::string_view name, EntryPosition from);

  std::mt19937 random_;
};

// All that a store with such writes holds, as text.
std::string DumpOf(const Store& store);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_RANDOM_WRITES_H_
