#ifndef CACHE_INVALIDATION_SERVER_WIRE_EVENT_DECODER_H_
#define CACHE_INVALIDATION_SERVER_WIRE_EVENT_DECODER_H_

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/engine/event.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::wire {

// The way back from chunks to the engine's events, for rebuilding an engine from its history. Joins
// the parts of a revision, also over chunks; a cause that several parts name stands once for each.
//
// Thread-compatible.
class EventDecoder {
 public:
  // Skips what belongs to revisions before `first_revision`: the first chunk that a store still has
  // may begin with them.
  explicit EventDecoder(uint64_t first_revision);
  ~EventDecoder();

  // Calls `sink` for every revision that is complete with this chunk; the event's views live as
  // long as the call. REQUIRES: the chunk goes on where the last one ended. DATA_LOSS: these are no
  // bytes of EventEncoder, or of a newer version with a value unknown here.
  absl::Status Decode(const Chunk& chunk, absl::FunctionRef<void(const engine::Event&)> sink);

 private:
  struct Revision;

  const uint64_t first_revision_;
  // The one that the next part belongs to.
  std::unique_ptr<Revision> open_;
};

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_EVENT_DECODER_H_
