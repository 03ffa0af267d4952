// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_TESTING_RANDOM_WRITES_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_TESTING_RANDOM_WRITES_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// Random writes of all kinds to few namespaces, rows and values, so that they collide. The same
// seed and stores give the same writes.
class RandomWrites {
 public:
  explicit RandomWrites(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  std::mt19937& random() { return random_; }

  // A write that is valid for `store`.
  WriteBatch Next(const Store& store);

 private:
  std::shared_ptr<const wire::Chunk> NextChunk(absl::string_view name, PartPosition from);

  std::mt19937 random_;
};

// The whole content of a store filled by such writes, as text.
std::string DumpOf(const Store& store);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_TESTING_RANDOM_WRITES_H_
