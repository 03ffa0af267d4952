// SPDX-License-Identifier: Apache-2.0

#include "server/wire/event_codec.h"

#include <deque>
#include <optional>

#include "absl/strings/str_cat.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "server/wire/message_conversion.h"
#include "server/wire/proto_format.h"

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
  if (part.has_time()) event.time = ToTime(part.time());
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

constexpr PartTarget kEverything;

PartTarget TargetOf(absl::string_view invalidation) {
  PartTarget target = kEverything;
  ProtoReader reader(invalidation);
  while (reader.Next()) {
    if (reader.type() != ProtoReader::Type::kBytes) continue;
    switch (reader.number()) {
      case v1::Invalidation::kTagFieldNumber:
        target = {engine::TargetKind::kTag, reader.bytes()};
        break;
      case v1::Invalidation::kKeyFieldNumber:
        target = {engine::TargetKind::kKey, reader.bytes()};
        break;
      case v1::Invalidation::kPatternFieldNumber:
        target = {engine::TargetKind::kPattern, reader.bytes()};
        break;
      default:
        break;
    }
  }
  return reader.broken() ? kEverything : target;
}

// Calls `visit` with the bytes of every field `number`. Returns false if the message is malformed
// or `visit` returned false.
template <typename Visit>
bool ForEachMessage(absl::string_view message, uint32_t number, Visit visit) {
  ProtoReader reader(message);
  bool intact = true;
  while (reader.Next()) {
    if (reader.Is(number, ProtoReader::Type::kBytes)) intact &= visit(reader.bytes());
  }
  return intact && !reader.broken();
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

void AppendTargets(absl::string_view part, std::vector<PartTarget>& targets) {
  const bool intact =
      ForEachMessage(part, v1::SubscribeResponse::kEventsFieldNumber, [&](absl::string_view event) {
        return ForEachMessage(event, v1::Event::kInvalidationsFieldNumber,
                              [&](absl::string_view invalidation) {
                                targets.push_back(TargetOf(invalidation));
                                return true;
                              });
      });
  if (!intact) targets.push_back(kEverything);
}

}  // namespace cache_invalidation::wire
