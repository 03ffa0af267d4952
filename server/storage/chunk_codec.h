#ifndef CACHE_INVALIDATION_SERVER_STORAGE_CHUNK_CODEC_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_CHUNK_CODEC_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/store.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::storage {

// A chunk as the value of the key that says where it begins (store_key.h): the number of entries (4
// bytes), the size of each (4 bytes, the highest bit says that it is the last part of its
// revision), the bytes. Revisions and parts follow from the key, as entries have no gaps.

// REQUIRES: the entries stand back to back and in order, without gaps, below 2 GiB together.
std::string EncodeChunk(const wire::Chunk& chunk);

// DATA_LOSS: this is nothing that EncodeChunk made.
absl::StatusOr<std::shared_ptr<const wire::Chunk>> DecodeChunk(absl::string_view namespace_name,
                                                               EntryPosition first,
                                                               absl::string_view value);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_CHUNK_CODEC_H_
