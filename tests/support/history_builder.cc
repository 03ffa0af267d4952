// SPDX-License-Identifier: Apache-2.0

#include "tests/support/history_builder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/engine/event.h"

namespace cache_invalidation {
namespace {

void AddTarget(engine::TargetKind target, absl::string_view name, engine::Event& event) {
  engine::Invalidation invalidation;
  invalidation.target = target;
  invalidation.name = name;
  invalidation.first_cause = 0;
  invalidation.cause_count = 1;
  event.invalidations.push_back(invalidation);
}

}  // namespace

HistoryBuilder::HistoryBuilder(std::string namespace_name, wire::EncoderLimits limits,
                               uint64_t first)
    : namespace_name_(std::move(namespace_name)),
      encoder_(namespace_name_, limits),
      head_(first - 1) {}

std::vector<std::shared_ptr<const wire::Chunk>> HistoryBuilder::Add(
    const std::vector<Targets>& events) {
  for (const Targets& targets : events) {
    engine::Event event;
    event.revision = ++head_;
    event.causes.push_back({});
    event.cause_indexes.push_back(0);
    if (targets.everything) AddTarget(engine::TargetKind::kEverything, "", event);
    for (const std::string& tag : targets.tags) AddTarget(engine::TargetKind::kTag, tag, event);
    for (const std::string& key : targets.keys) AddTarget(engine::TargetKind::kKey, key, event);
    for (const std::string& pattern : targets.patterns) {
      AddTarget(engine::TargetKind::kPattern, pattern, event);
    }
    encoder_.Add(event);
  }
  return encoder_.Finish();
}

commit::Group HistoryBuilder::Group(const std::vector<Targets>& events) {
  commit::Group group;
  std::vector<std::shared_ptr<const wire::Chunk>> chunks = Add(events);
  group.published.push_back(
      {.namespace_name = namespace_name_, .chunks = std::move(chunks), .head = head_});
  return group;
}

std::vector<Targets> TagEvents(const std::string& prefix, int count) {
  std::vector<Targets> events(count);
  for (int i = 0; i < count; ++i) events[i].tags.push_back(absl::StrCat(prefix, i));
  return events;
}

Targets LargeEvent(const std::string& prefix, int parts, const wire::EncoderLimits& limits) {
  constexpr size_t kKeyBytes = 100;
  Targets targets;
  const size_t keys = parts * limits.part_bytes / (kKeyBytes + 8);
  for (size_t i = 0; i < keys; ++i) {
    std::string key = absl::StrFormat("%s%08d", prefix, i);
    key.resize(kKeyBytes, 'x');
    targets.keys.push_back(std::move(key));
  }
  return targets;
}

}  // namespace cache_invalidation
