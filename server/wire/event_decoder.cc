#include "server/wire/event_decoder.h"

#include <deque>
#include <optional>

#include "absl/strings/str_cat.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "server/wire/event_enum.h"

namespace cache_invalidation::wire {
namespace {

// Returns false for a value that this version does not know.
template <typename Enum>
bool SetEnum(int proto_value, Enum& out) {
  const std::optional<Enum> value = FromEventEnum<Enum>(proto_value);
  out = value.value_or(out);
  return value.has_value();
}

bool SetTarget(const v1::Invalidation& message, engine::Invalidation& out) {
  switch (message.target_case()) {
    case v1::Invalidation::kTag:
      out.target = engine::TargetKind::kTag;
      out.name = message.tag();
      return true;
    case v1::Invalidation::kKey:
      out.target = engine::TargetKind::kKey;
      out.name = message.key();
      return true;
    case v1::Invalidation::kPattern:
      out.target = engine::TargetKind::kPattern;
      out.name = message.pattern();
      return true;
    case v1::Invalidation::kEverything:
      out.target = engine::TargetKind::kEverything;
      return true;
    case v1::Invalidation::TARGET_NOT_SET:
      return false;
  }
  return false;
}

// Adds a part to the event, whose views point into the message. Returns false if the part is
// invalid.
bool AddPart(const v1::Event& part, engine::Event& event) {
  event.revision = part.revision();
  if (!SetEnum(part.source(), event.source)) {
    return false;
  }
  const uint32_t first_cause = event.causes.size();
  for (const v1::Cause& message : part.causes()) {
    engine::Cause& cause = event.causes.emplace_back();
    cause.name = message.name();
    cause.widened = message.widened();
    cause.condition_failed = message.condition_failed();
    if (!SetEnum(message.step(), cause.step)) {
      return false;
    }
  }
  for (const v1::Invalidation& message : part.invalidations()) {
    engine::Invalidation& invalidation = event.invalidations.emplace_back();
    if (!SetEnum(message.kind(), invalidation.kind) || !SetTarget(message, invalidation)) {
      return false;
    }
    invalidation.first_cause = event.cause_indexes.size();
    invalidation.cause_count = message.causes_size();
    for (const uint32_t cause : message.causes()) {
      if (cause >= static_cast<uint32_t>(part.causes_size())) {
        return false;
      }
      event.cause_indexes.push_back(first_cause + cause);
    }
  }
  return true;
}

}  // namespace

struct EventDecoder::Revision {
  std::deque<v1::SubscribeResponse> parts;  // a deque does not move its elements
  engine::Event event;
};

EventDecoder::EventDecoder(uint64_t first_revision)
    : first_revision_(first_revision), open_(std::make_unique<Revision>()) {}
EventDecoder::~EventDecoder() = default;

absl::Status EventDecoder::Decode(const Chunk& chunk,
                                  absl::FunctionRef<void(const engine::Event&)> sink) {
  for (const Chunk::Part& part : chunk.parts) {
    if (part.revision < first_revision_) {
      continue;
    }
    const absl::string_view bytes = chunk.part_bytes(part);
    v1::SubscribeResponse& message = open_->parts.emplace_back();
    const bool readable = message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
                          message.events_size() == 1 &&
                          message.events(0).revision() == part.revision &&
                          message.events(0).part() == open_->parts.size() - 1 &&
                          AddPart(message.events(0), open_->event);
    if (!readable) {
      return absl::DataLossError(
          absl::StrCat("unreadable event: revision ", part.revision, ", part ", part.number));
    }
    if (message.events(0).last_part()) {
      sink(open_->event);
      open_ = std::make_unique<Revision>();
    }
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::wire
