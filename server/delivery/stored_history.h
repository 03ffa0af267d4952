#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_STORED_HISTORY_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_STORED_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/storage/store.h"

namespace cache_invalidation::delivery {

// What a store retains of the histories of all namespaces, as pieces of some size.
//
// Which piece of one namespace is older than which of another is not stored. It is taken as if the
// histories had all begun and ended together.
//
// Thread-compatible.
class StoredHistory {
 public:
  struct Piece {
    std::string namespace_name;
    uint64_t head = 0;  // its last revision
    size_t bytes = 0;
    double place = 0;  // of its end in the namespace's history: above 0, up to 1
  };

  // Adds the history of a namespace. Errors are the store's, DATA_LOSS if something is missing.
  absl::Status Read(const storage::Store& store, const std::string& namespace_name,
                    storage::RetainedRevisions retained);

  // All pieces, oldest first.
  std::vector<Piece> InOrder();

 private:
  std::vector<Piece> pieces_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_STORED_HISTORY_H_
