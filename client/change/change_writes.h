#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_

#include <vector>

#include "client/change/row_change.h"
#include "client/change/type_mapping.h"
#include "client/write_event.h"

namespace cache_invalidation::change {

// Returns the writes that report one change to the service, as docs/change-mapping.md specifies:
// one write, and one more if the primary key changed or if readers can form the id in another
// order. Each is within the limits of a write. Unknown parts of a row are marked as unknown, never
// omitted: see json_value.h. Pure.
std::vector<client::WriteEvent> WritesOf(const RowChange& change, const TypeMapping& types);

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_
