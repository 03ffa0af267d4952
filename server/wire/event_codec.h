// SPDX-License-Identifier: Apache-2.0

// The codec of events: from the engine's events to the bytes that are stored and sent, and back.

#ifndef CACHE_INVALIDATION_SERVER_WIRE_EVENT_CODEC_H_
#define CACHE_INVALIDATION_SERVER_WIRE_EVENT_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/engine/event.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::wire {

// Size at which the encoder begins a new part, so that filters and messages stay fine-grained.
inline constexpr size_t kEventPartBytes = 256 << 10;
// Size at which a chunk closes.
inline constexpr size_t kMaxChunkBytes = 1 << 20;

// Sizes at which parts and chunks end. Tests use small ones.
struct EncoderLimits {
  size_t part_bytes = kEventPartBytes;
  size_t chunk_bytes = kMaxChunkBytes;
  size_t invalidation_bytes = kEventPartBytes;
};

// Encodes the events of one namespace and one group into chunks. The bytes are those that the
// generated classes would serialize for SubscribeResponse.events, but no message is built: each
// event is encoded once, directly from the engine's views.
//
// A part ends before it would exceed part_bytes, unless it would be empty. It lists only the causes
// that it uses. In an invalidation that would exceed invalidation_bytes, the last causes are
// replaced by one of step kOthers. So no part is larger than that plus a few names, and every
// client can receive it. A chunk ends before it would exceed chunk_bytes, unless it would be empty.
//
// Deterministic. Thread-compatible.
class EventEncoder {
 public:
  explicit EventEncoder(absl::string_view namespace_name, EncoderLimits limits = {});

  // REQUIRES: revisions are dense; the event has at least one invalidation.
  void Add(const engine::Event& event);

  // The size of everything added since the last Finish.
  size_t size_bytes() const { return full_bytes_ + (open_ == nullptr ? 0 : open_->bytes.size()); }

  // Returns the chunks of everything added since the last Finish, in order. May be empty.
  std::vector<std::shared_ptr<const Chunk>> Finish();

 private:
  // The part being built.
  struct Part {
    uint32_t number = 0;
    std::string causes;         // its Event.causes fields
    std::string invalidations;  // its Event.invalidations fields
    std::string time;           // its Event.time field, that of every part of the event
    // The part's dictionary: indexes into engine::Event::causes; kUnknown for a cause that replaces
    // others.
    std::vector<uint32_t> known_causes;

    size_t size_bytes() const { return causes.size() + invalidations.size(); }
  };

  // An upper bound of the size of the invalidation, and of a cause, in the current part.
  size_t SizeBound(const engine::Event& event, const engine::Invalidation& invalidation) const;
  size_t CauseBound(const engine::Event& event, uint32_t cause) const;
  // The number of causes that the invalidation may name.
  size_t FittingCauses(const engine::Event& event, const engine::Invalidation& invalidation) const;
  // Adds a cause that replaces these. Returns its index in the part's dictionary.
  uint32_t AddOthersToPart(const engine::Event& event, absl::Span<const uint32_t> causes);
  void AddToPart(const engine::Event& event, const engine::Invalidation& invalidation);
  // Returns the index of the cause in the part's dictionary. Adds it if necessary.
  uint32_t IndexInPart(const engine::Event& event, uint32_t cause);
  void EndPart(const engine::Event& event, bool last_part);
  // Returns a chunk with room for a part of `size` bytes.
  Chunk& ChunkFor(size_t size);
  void EndChunk();

  const std::string namespace_name_;
  const EncoderLimits limits_;
  Part part_;
  // By index into engine::Event::causes: the index in the part's dictionary, or kUnknown.
  std::vector<uint32_t> places_;
  std::vector<uint32_t> indexes_;  // of one invalidation; a member to reuse its memory
  std::shared_ptr<Chunk> open_;
  std::vector<std::shared_ptr<const Chunk>> full_;
  size_t full_bytes_ = 0;
};

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

// The target of one invalidation of an encoded event. `name` points into the part.
struct PartTarget {
  engine::TargetKind target = engine::TargetKind::kEverything;
  absl::string_view name;  // empty for kEverything
};

// Appends the targets of a part of a chunk, in the order of the part. Nothing else is decoded.
//
// The target of an invalidation that this version does not know is read as *everything*. A
// malformed part yields *everything* as well.
void AppendTargets(absl::string_view part, std::vector<PartTarget>& targets);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_EVENT_CODEC_H_
