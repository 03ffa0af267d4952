#include "server/wire/event_encoder.h"

#include <utility>

#include "common/check.h"
#include "server/wire/event_enum.h"
#include "server/wire/proto_writer.h"

namespace cache_invalidation::wire {
namespace {

// Field numbers of subscription_service.proto and event.proto. The test compares them with the
// generated classes.
namespace response_field {
constexpr int kEvents = 1;
}
namespace event_field {
constexpr int kRevision = 1;
constexpr int kPart = 2;
constexpr int kLastPart = 3;
constexpr int kSource = 4;
constexpr int kCauses = 5;
constexpr int kInvalidations = 6;
}  // namespace event_field
namespace cause_field {
constexpr int kStep = 1;
constexpr int kName = 2;
constexpr int kWidened = 3;
constexpr int kConditionFailed = 4;
}  // namespace cause_field
namespace invalidation_field {
constexpr int kKind = 1;
constexpr int kTag = 2;
constexpr int kKey = 3;
constexpr int kPattern = 4;
constexpr int kEverything = 5;
constexpr int kCauses = 6;
}  // namespace invalidation_field

constexpr uint32_t kUnknown = ~uint32_t{0};

// An upper bound of the tags, lengths and numbers of an Invalidation, of a Cause, or of an Event
// without its lists.
constexpr size_t kFixedBytes = 32;
constexpr size_t kIndexBytes = 5;

int TargetField(engine::TargetKind target) {
  switch (target) {
    case engine::TargetKind::kEverything:
      return invalidation_field::kEverything;
    case engine::TargetKind::kTag:
      return invalidation_field::kTag;
    case engine::TargetKind::kKey:
      return invalidation_field::kKey;
    case engine::TargetKind::kPattern:
      return invalidation_field::kPattern;
  }
  Check(false, "a target is of a known type");
  return 0;
}

void AppendCause(const engine::Cause& cause, std::string& out) {
  const size_t size = VarintFieldSize(ToEventEnum(cause.step)) +
                      (cause.name.empty() ? 0 : BytesFieldSize(cause.name.size())) +
                      (cause.widened ? VarintFieldSize(1) : 0) +
                      (cause.condition_failed ? VarintFieldSize(1) : 0);
  AppendBytesHeader(event_field::kCauses, size, out);
  AppendVarintField(cause_field::kStep, ToEventEnum(cause.step), out);
  if (!cause.name.empty()) {
    AppendBytesField(cause_field::kName, cause.name, out);
  }
  if (cause.widened) {
    AppendVarintField(cause_field::kWidened, 1, out);
  }
  if (cause.condition_failed) {
    AppendVarintField(cause_field::kConditionFailed, 1, out);
  }
}

void AppendInvalidation(const engine::Invalidation& invalidation,
                        const std::vector<uint32_t>& causes, std::string& out) {
  const bool everything = invalidation.target == engine::TargetKind::kEverything;
  size_t packed = 0;
  for (const uint32_t cause : causes) {
    packed += VarintSize(cause);
  }
  const size_t size = VarintFieldSize(ToEventEnum(invalidation.kind)) +
                      (everything ? VarintFieldSize(1) : BytesFieldSize(invalidation.name.size())) +
                      (causes.empty() ? 0 : BytesFieldSize(packed));
  AppendBytesHeader(event_field::kInvalidations, size, out);
  AppendVarintField(invalidation_field::kKind, ToEventEnum(invalidation.kind), out);
  if (everything) {
    AppendVarintField(invalidation_field::kEverything, 1, out);
  } else {
    AppendBytesField(TargetField(invalidation.target), invalidation.name, out);
  }
  if (!causes.empty()) {
    AppendBytesHeader(invalidation_field::kCauses, packed, out);
    for (const uint32_t cause : causes) {
      AppendVarint(cause, out);
    }
  }
}

}  // namespace

EventEncoder::EventEncoder(absl::string_view namespace_name, EncoderLimits limits)
    : namespace_name_(namespace_name), limits_(limits) {}

void EventEncoder::Add(const engine::Event& event) {
  Check(!event.invalidations.empty(), "an event invalidates something");
  places_.assign(event.causes.size(), kUnknown);
  part_.number = 0;
  for (const engine::Invalidation& invalidation : event.invalidations) {
    const bool begun = !part_.invalidations.empty();
    if (begun &&
        kFixedBytes + part_.size_bytes() + SizeBound(event, invalidation) > limits_.part_bytes) {
      EndPart(event, /*last_part=*/false);
    }
    AddToPart(event, invalidation);
  }
  EndPart(event, /*last_part=*/true);
}

size_t EventEncoder::SizeBound(const engine::Event& event,
                               const engine::Invalidation& invalidation) const {
  size_t bound = kFixedBytes + invalidation.name.size();
  for (const uint32_t cause : event.causes_of(invalidation)) bound += CauseBound(event, cause);
  return bound;
}

size_t EventEncoder::CauseBound(const engine::Event& event, uint32_t cause) const {
  if (places_[cause] != kUnknown) return kIndexBytes;
  return kIndexBytes + kFixedBytes + event.causes[cause].name.size();
}

void EventEncoder::AddToPart(const engine::Event& event, const engine::Invalidation& invalidation) {
  const absl::Span<const uint32_t> causes = event.causes_of(invalidation);
  const size_t fitting = FittingCauses(event, invalidation);
  indexes_.clear();
  for (const uint32_t cause : causes.first(fitting)) indexes_.push_back(IndexInPart(event, cause));
  if (fitting < causes.size()) {
    indexes_.push_back(AddOthersToPart(event, causes.subspan(fitting)));
  }
  AppendInvalidation(invalidation, indexes_, part_.invalidations);
}

size_t EventEncoder::FittingCauses(const engine::Event& event,
                                   const engine::Invalidation& invalidation) const {
  const absl::Span<const uint32_t> causes = event.causes_of(invalidation);
  // The invalidation itself, with one cause that replaces others.
  size_t bound = 2 * kFixedBytes + kIndexBytes + invalidation.name.size();
  for (size_t i = 0; i < causes.size(); ++i) {
    bound += CauseBound(event, causes[i]);
    if (bound > limits_.invalidation_bytes) return i;
  }
  return causes.size();
}

uint32_t EventEncoder::AddOthersToPart(const engine::Event& event,
                                       absl::Span<const uint32_t> causes) {
  engine::Cause others{engine::CauseStep::kOthers, ""};
  for (const uint32_t cause : causes) {
    others.widened |= event.causes[cause].widened;
    others.condition_failed |= event.causes[cause].condition_failed;
  }
  AppendCause(others, part_.causes);
  part_.known_causes.push_back(kUnknown);
  return part_.known_causes.size() - 1;
}

uint32_t EventEncoder::IndexInPart(const engine::Event& event, uint32_t cause) {
  uint32_t& place = places_[cause];
  if (place == kUnknown) {
    place = part_.known_causes.size();
    part_.known_causes.push_back(cause);
    AppendCause(event.causes[cause], part_.causes);
  }
  return place;
}

void EventEncoder::EndPart(const engine::Event& event, bool last_part) {
  const size_t size = VarintFieldSize(event.revision) +
                      (part_.number == 0 ? 0 : VarintFieldSize(part_.number)) +
                      (last_part ? VarintFieldSize(1) : 0) +
                      VarintFieldSize(ToEventEnum(event.source)) + part_.size_bytes();
  const size_t entry_size = BytesFieldSize(size);
  Chunk& chunk = ChunkFor(entry_size);
  chunk.parts.push_back({.offset = static_cast<uint32_t>(chunk.bytes.size()),
                         .size = static_cast<uint32_t>(entry_size),
                         .revision = event.revision,
                         .number = part_.number,
                         .last_part = last_part});
  std::string& out = chunk.bytes;
  AppendBytesHeader(response_field::kEvents, size, out);
  AppendVarintField(event_field::kRevision, event.revision, out);
  if (part_.number != 0) {
    AppendVarintField(event_field::kPart, part_.number, out);
  }
  if (last_part) {
    AppendVarintField(event_field::kLastPart, 1, out);
  }
  AppendVarintField(event_field::kSource, ToEventEnum(event.source), out);
  out += part_.causes;
  out += part_.invalidations;

  for (const uint32_t cause : part_.known_causes) {
    if (cause != kUnknown) places_[cause] = kUnknown;
  }
  part_.causes.clear();
  part_.invalidations.clear();
  part_.known_causes.clear();
  ++part_.number;
}

Chunk& EventEncoder::ChunkFor(size_t size) {
  if (open_ != nullptr && open_->bytes.size() + size > limits_.chunk_bytes) {
    EndChunk();
  }
  if (open_ == nullptr) {
    open_ = std::make_shared<Chunk>();
    open_->namespace_name = namespace_name_;
  }
  return *open_;
}

void EventEncoder::EndChunk() {
  // The spare capacity would otherwise live as long as the chunk.
  open_->bytes.shrink_to_fit();
  open_->parts.shrink_to_fit();
  full_bytes_ += open_->bytes.size();
  full_.push_back(std::exchange(open_, nullptr));
}

std::vector<std::shared_ptr<const Chunk>> EventEncoder::Finish() {
  if (open_ != nullptr) {
    EndChunk();
  }
  full_bytes_ = 0;
  return std::exchange(full_, {});
}

}  // namespace cache_invalidation::wire
