// SPDX-License-Identifier: Apache-2.0

#include "server/wire/event_codec.h"

#include <utility>

#include "common/check.h"
#include "google/protobuf/timestamp.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "server/wire/message_conversion.h"
#include "server/wire/proto_format.h"

namespace cache_invalidation::wire {
namespace {

constexpr uint32_t kUnknown = ~uint32_t{0};

// An upper bound of the tags, lengths and numbers of an Invalidation or of a Cause, and of an Event
// without its lists.
constexpr size_t kFixedBytes = 32;
constexpr size_t kFixedEventBytes = 48;
constexpr size_t kIndexBytes = 5;

int TargetField(engine::TargetKind target) {
  switch (target) {
    case engine::TargetKind::kEverything:
      return v1::Invalidation::kEverythingFieldNumber;
    case engine::TargetKind::kTag:
      return v1::Invalidation::kTagFieldNumber;
    case engine::TargetKind::kKey:
      return v1::Invalidation::kKeyFieldNumber;
    case engine::TargetKind::kPattern:
      return v1::Invalidation::kPatternFieldNumber;
  }
  Check(false, "a target is of a known kind");
  return 0;
}

void AppendCause(const engine::Cause& cause, std::string& out) {
  const size_t size = VarintFieldSize(ToEventEnum(cause.step)) +
                      (cause.name.empty() ? 0 : BytesFieldSize(cause.name.size())) +
                      (cause.widened ? VarintFieldSize(1) : 0) +
                      (cause.condition_failed ? VarintFieldSize(1) : 0);
  AppendBytesHeader(v1::Event::kCausesFieldNumber, size, out);
  AppendVarintField(v1::Cause::kStepFieldNumber, ToEventEnum(cause.step), out);
  if (!cause.name.empty()) {
    AppendBytesField(v1::Cause::kNameFieldNumber, cause.name, out);
  }
  if (cause.widened) {
    AppendVarintField(v1::Cause::kWidenedFieldNumber, 1, out);
  }
  if (cause.condition_failed) {
    AppendVarintField(v1::Cause::kConditionFailedFieldNumber, 1, out);
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
  AppendBytesHeader(v1::Event::kInvalidationsFieldNumber, size, out);
  AppendVarintField(v1::Invalidation::kKindFieldNumber, ToEventEnum(invalidation.kind), out);
  if (everything) {
    AppendVarintField(v1::Invalidation::kEverythingFieldNumber, 1, out);
  } else {
    AppendBytesField(TargetField(invalidation.target), invalidation.name, out);
  }
  if (!causes.empty()) {
    AppendBytesHeader(v1::Invalidation::kCausesFieldNumber, packed, out);
    for (const uint32_t cause : causes) {
      AppendVarint(cause, out);
    }
  }
}

// A varint that is left out if it is 0, as the generated classes do.
void AppendUnlessZero(int field, uint64_t value, std::string& out) {
  if (value != 0) AppendVarintField(field, value, out);
}
size_t SizeUnlessZero(uint64_t value) { return value == 0 ? 0 : VarintFieldSize(value); }

void AppendTime(absl::Time time, std::string& out) {
  using google::protobuf::Timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  const auto nanos =
      static_cast<uint64_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds)));
  const auto unsigned_seconds = static_cast<uint64_t>(seconds);
  AppendBytesHeader(v1::Event::kTimeFieldNumber,
                    SizeUnlessZero(unsigned_seconds) + SizeUnlessZero(nanos), out);
  AppendUnlessZero(Timestamp::kSecondsFieldNumber, unsigned_seconds, out);
  AppendUnlessZero(Timestamp::kNanosFieldNumber, nanos, out);
}

}  // namespace

EventEncoder::EventEncoder(absl::string_view namespace_name, EncoderLimits limits)
    : namespace_name_(namespace_name), limits_(limits) {}

void EventEncoder::Add(const engine::Event& event) {
  Check(!event.invalidations.empty(), "an event invalidates something");
  places_.assign(event.causes.size(), kUnknown);
  part_.number = 0;
  part_.time.clear();
  if (event.time.has_value()) AppendTime(*event.time, part_.time);
  for (const engine::Invalidation& invalidation : event.invalidations) {
    const bool begun = !part_.invalidations.empty();
    if (begun && kFixedEventBytes + part_.size_bytes() + SizeBound(event, invalidation) >
                     limits_.part_bytes) {
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
  const size_t size =
      VarintFieldSize(event.revision) + (part_.number == 0 ? 0 : VarintFieldSize(part_.number)) +
      (last_part ? VarintFieldSize(1) : 0) + VarintFieldSize(ToEventEnum(event.source)) +
      part_.size_bytes() + part_.time.size();
  const size_t entry_size = BytesFieldSize(size);
  Chunk& chunk = ChunkFor(entry_size);
  chunk.parts.push_back({.offset = static_cast<uint32_t>(chunk.bytes.size()),
                         .size = static_cast<uint32_t>(entry_size),
                         .revision = event.revision,
                         .number = part_.number,
                         .last_part = last_part});
  std::string& out = chunk.bytes;
  AppendBytesHeader(v1::SubscribeResponse::kEventsFieldNumber, size, out);
  AppendVarintField(v1::Event::kRevisionFieldNumber, event.revision, out);
  if (part_.number != 0) {
    AppendVarintField(v1::Event::kPartFieldNumber, part_.number, out);
  }
  if (last_part) {
    AppendVarintField(v1::Event::kLastPartFieldNumber, 1, out);
  }
  AppendVarintField(v1::Event::kSourceFieldNumber, ToEventEnum(event.source), out);
  out += part_.causes;
  out += part_.invalidations;
  out += part_.time;

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
