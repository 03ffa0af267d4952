#ifndef CACHE_INVALIDATION_SERVER_WIRE_EVENT_ENCODER_H_
#define CACHE_INVALIDATION_SERVER_WIRE_EVENT_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/engine/event.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::wire {

// Size at which the encoder begins a new part, so that filters and messages stay fine-grained.
inline constexpr size_t kEventPartBytes = 256 << 10;
// Size at which a chunk closes.
inline constexpr size_t kMaxChunkBytes = 1 << 20;

// Where parts and chunks end. Tests make them small.
struct EncoderLimits {
  size_t part_bytes = kEventPartBytes;
  size_t chunk_bytes = kMaxChunkBytes;
  size_t invalidation_bytes = kEventPartBytes;
};

// Encodes the events of one namespace and one group as chunks, byte for byte as the generated
// classes would serialise SubscribeResponse.events. Each event is encoded once, straight from the
// engine's views; no message is built.
//
// A part ends before it would go over part_bytes, unless it would be empty; it names only the
// causes that it uses. An invalidation beyond invalidation_bytes loses its last causes, for which
// one of step kOthers stands: no part is larger than that and a few names, so everybody can receive
// it. A chunk ends before it would go over chunk_bytes, unless it would be empty.
//
// Deterministic. Thread-compatible.
class EventEncoder {
 public:
  explicit EventEncoder(absl::string_view namespace_name, EncoderLimits limits = {});

  // REQUIRES: revisions are dense; the event has at least one invalidation.
  void Add(const engine::Event& event);

  // Of everything added since the last Finish.
  size_t size_bytes() const { return full_bytes_ + (open_ == nullptr ? 0 : open_->bytes.size()); }

  // The chunks of what was added since the last Finish, in order; empty if nothing was.
  std::vector<std::shared_ptr<const Chunk>> Finish();

 private:
  // The part being built.
  struct Part {
    uint32_t number = 0;
    std::string causes;         // its Event.causes fields
    std::string invalidations;  // its Event.invalidations fields
    std::vector<uint32_t>
        known_causes;  // indexes into engine::Event::causes, in the order of the part's dictionary;
                       // kUnknown for one that stands for others

    size_t size_bytes() const { return causes.size() + invalidations.size(); }
  };

  // No less than what adding the invalidation would take.
  size_t SizeBound(const engine::Event& event, const engine::Invalidation& invalidation) const;
  // The same of a cause.
  size_t CauseBound(const engine::Event& event, uint32_t cause) const;
  // How many of its causes an invalidation may name.
  size_t FittingCauses(const engine::Event& event, const engine::Invalidation& invalidation) const;
  // The place of a cause that stands for these.
  uint32_t AddOthersToPart(const engine::Event& event, absl::Span<const uint32_t> causes);
  void AddToPart(const engine::Event& event, const engine::Invalidation& invalidation);
  // Where the part's dictionary has the cause, after adding it if need be.
  uint32_t IndexInPart(const engine::Event& event, uint32_t cause);
  void EndPart(const engine::Event& event, bool last_part);
  // The chunk that has room for an entry of `size` bytes.
  Chunk& ChunkFor(size_t size);
  void EndChunk();

  const std::string namespace_name_;
  const EncoderLimits limits_;
  Part part_;
  // For each of engine::Event::causes its place in the part's dictionary, or kUnknown.
  std::vector<uint32_t> places_;
  std::vector<uint32_t> indexes_;  // of one invalidation; kept for its memory
  std::shared_ptr<Chunk> open_;
  std::vector<std::shared_ptr<const Chunk>> full_;
  size_t full_bytes_ = 0;
};

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_EVENT_ENCODER_H_
