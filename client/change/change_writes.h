#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_

#include <vector>

#include "client/change/row_change.h"
#include "client/change/type_mapping.h"
#include "client/write_event.h"

namespace cache_invalidation::change {

// The writes that tell the service of one change; docs/change-mapping.md says which. One write, and
// one more if the primary key changed or if readers may form the id in another order. Each fits
// into the limits of a write. What is not known of a row is told as not known, never left out: see
// json_value.h. Pure.
std::vector<client::WriteEvent> WritesOf(const RowChange& change, const TypeMapping& types);

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_
