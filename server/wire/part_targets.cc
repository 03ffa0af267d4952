#include "server/wire/part_targets.h"

#include "server/wire/proto_reader.h"

namespace cache_invalidation::wire {
namespace {

// Field numbers of subscription_service.proto and event.proto. The test compares them with the
// generated classes.
constexpr uint32_t kResponseEvents = 1;
constexpr uint32_t kEventInvalidations = 6;
constexpr uint32_t kInvalidationTag = 2;
constexpr uint32_t kInvalidationKey = 3;
constexpr uint32_t kInvalidationPattern = 4;

constexpr PartTarget kEverything;

PartTarget TargetOf(absl::string_view invalidation) {
  PartTarget target = kEverything;
  ProtoReader reader(invalidation);
  while (reader.Next()) {
    if (reader.type() != ProtoReader::Type::kBytes) continue;
    switch (reader.number()) {
      case kInvalidationTag:
        target = {engine::TargetKind::kTag, reader.bytes()};
        break;
      case kInvalidationKey:
        target = {engine::TargetKind::kKey, reader.bytes()};
        break;
      case kInvalidationPattern:
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

void AppendTargets(absl::string_view part, std::vector<PartTarget>& targets) {
  const bool intact = ForEachMessage(part, kResponseEvents, [&](absl::string_view event) {
    return ForEachMessage(event, kEventInvalidations, [&](absl::string_view invalidation) {
      targets.push_back(TargetOf(invalidation));
      return true;
    });
  });
  if (!intact) targets.push_back(kEverything);
}

}  // namespace cache_invalidation::wire
