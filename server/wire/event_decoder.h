#ifndef CACHE_INVALIDATION_SERVER_WIRE_EVENT_DECODER_H_
#define CACHE_INVALIDATION_SERVER_WIRE_EVENT_DECODER_H_

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/engine/event.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::wire {

// Decodes chunks into the engine's events, for rebuilding an engine from its history. The parts of
// a revision are joined, also across chunks. A cause that several parts name occurs once per part.
//
// Thread-compatible.
class EventDecoder {
 public:
  // Parts of revisions before `first_revision` are skipped: the oldest chunk in a store may begin
  // with some.
  explicit EventDecoder(uint64_t first_revision);
  ~EventDecoder();

  // Calls `sink` for every revision that this chunk completes. The views of the event are valid
  // during the call. Returns DATA_LOSS if the bytes were not written by EventEncoder, or by a newer
  // version with a value that this one does not know. REQUIRES: the chunk follows the previous one.
  absl::Status Decode(const Chunk& chunk, absl::FunctionRef<void(const engine::Event&)> sink);

 private:
  struct Revision;

  const uint64_t first_revision_;
  // The revision of the next part.
  std::unique_ptr<Revision> open_;
};

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_EVENT_DECODER_H_
