#ifndef CACHE_INVALIDATION_CLIENT_WIDENING_H_
#define CACHE_INVALIDATION_CLIENT_WIDENING_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "client/write_event.h"

namespace cache_invalidation::client {

// The writes of a transaction, made to fit into one InvalidateByWrites.
struct WidenedWrites {
  std::vector<WriteEvent> writes;

  // How many of the writes given are now told less exactly than they were.
  uint64_t widened = 0;
};

// Makes any transaction fit by telling more than was written, never less:
//
// - an id that is too long, not UTF-8 or holds control characters becomes empty: the write concerns
//   the whole type;
// - a context that is too large or too deep is left out: what templates need from it widens;
// - too many writes, or too many bytes of them, become one write with an empty id for each type and
//   operation.
//
// What a caller chooses freely (types, operations, tags) is left as it is; the service refuses it
// if it is wrong. Pure. Cost: one pass over the writes.
WidenedWrites WidenToLimits(std::vector<WriteEvent> writes);

// How many bytes a context takes on the wire. What the service limits is this.
size_t EncodedContextBytes(const JsonValue::Object& context);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WIDENING_H_
