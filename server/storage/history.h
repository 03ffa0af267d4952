#ifndef CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// What a persistent store records about the chunks of a namespace. All 0 for a namespace without
// history.
struct History {
  RetainedRevisions retained;
  // The first position of the oldest kept chunk; `next` if no chunk is kept. Reads begin there,
  // because scanning over deleted chunks is slow.
  EntryPosition oldest;
  // The first position of the next chunk.
  EntryPosition next;

  bool operator==(const History&) const = default;
};

std::string EncodeHistory(const History& history);

// Fails with DATA_LOSS if EncodeHistory cannot have made `value`.
absl::StatusOr<History> DecodeHistory(absl::string_view namespace_name, absl::string_view value);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_
