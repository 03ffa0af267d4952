#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_STORED_HISTORY_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_STORED_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/storage/store.h"

namespace cache_invalidation::delivery {

// The retained history of all namespaces of a store, as pieces of similar size.
//
// The relative age of pieces of different namespaces is not stored. It is estimated as if all
// histories had begun and ended together.
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

  // Adds the history of a namespace. Errors are the store's, DATA_LOSS if some of it is missing.
  absl::Status Read(const storage::Store& store, const std::string& namespace_name,
                    storage::RetainedRevisions retained);

  // All pieces, oldest first.
  std::vector<Piece> InOrder();

 private:
  std::vector<Piece> pieces_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_STORED_HISTORY_H_
