#ifndef CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// What a persistent store notes about the chunks of a namespace. Of a namespace without history
// everything is 0.
struct History {
  RetainedRevisions retained;
  // Where the oldest kept chunk begins; `next` if none is kept. Reads begin there: what stands
  // before it is deleted, and stepping over deleted things is slow.
  EntryPosition oldest;
  // The entry that the next chunk begins with.
  EntryPosition next;

  bool operator==(const History&) const = default;
};

std::string EncodeHistory(const History& history);

// DATA_LOSS: this is nothing that EncodeHistory made.
absl::StatusOr<History> DecodeHistory(absl::string_view namespace_name, absl::string_view value);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_
