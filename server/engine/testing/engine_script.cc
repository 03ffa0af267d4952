// SPDX-License-Identifier: Apache-2.0

#include "server/engine/testing/engine_script.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace cache_invalidation::engine {
namespace {

constexpr absl::string_view kSteps[] = {
    "DIRECT",       "RELATIONSHIP",     "RULE",  "CASCADE", "DEPENDENCY", "CALL",
    "FILL_REFUSED", "DEPENDENCY_MOVED", "LIMIT", "OTHERS"};
constexpr absl::string_view kTargetKinds[] = {"everything", "tag ", "key ", "pattern "};
constexpr absl::string_view kStates[] = {"FRESH", "STALE", "ABSENT"};

std::string CauseText(const Cause& cause) {
  std::string text(kSteps[static_cast<int>(cause.step)]);
  if (!cause.name.empty()) absl::StrAppend(&text, "(", cause.name, ")");
  if (cause.widened) text += "~";
  return text;
}

}  // namespace

std::vector<std::string> Lines(const Event& event) {
  std::vector<std::string> lines;
  for (const Invalidation& invalidation : event.invalidations) {
    std::vector<std::string> causes;
    for (const uint32_t index : event.causes_of(invalidation)) {
      causes.push_back(CauseText(event.causes[index]));
    }
    lines.push_back(absl::StrCat(
        event.revision, invalidation.kind == InvalidationKind::kEvict ? " EVICT " : " MARK_STALE ",
        kTargetKinds[static_cast<int>(invalidation.target)], invalidation.name, " <",
        absl::StrJoin(causes, " "), ">"));
  }
  return lines;
}

std::vector<std::string> Lines(const std::vector<Event>& events) {
  std::vector<std::string> lines;
  for (const Event& event : events) {
    for (std::string& line : Lines(event)) lines.push_back(std::move(line));
  }
  return lines;
}

EngineScript::Out EngineScript::Do(const Command& command) {
  applied_ = engine_.Apply(command, now_);
  EXPECT_TRUE(applied_.status.ok()) << applied_.status;
  return Lines(applied_.events);
}

EngineScript::Out EngineScript::Write(absl::string_view type, absl::string_view id, Names tags) {
  InvalidateByWrites command;
  WriteEvent& write = command.writes.emplace_back();
  write.resource_type = type;
  write.resource_id = id;
  write.operation = "update";
  write.tags = std::move(tags);
  return Do(command);
}

EngineScript::Out EngineScript::Invalidate(Names tags, Names keys, Strategy strategy) {
  engine::Invalidate command;
  command.tags = std::move(tags);
  command.keys = std::move(keys);
  command.strategy = strategy;
  return Do(command);
}

EngineScript::Out EngineScript::InvalidatePattern(absl::string_view pattern, Strategy strategy) {
  engine::Invalidate command;
  command.pattern = pattern;
  command.strategy = strategy;
  return Do(command);
}

EngineScript::Out EngineScript::InvalidateEverything(Strategy strategy) {
  engine::Invalidate command;
  command.everything = true;
  command.strategy = strategy;
  return Do(command);
}

EngineScript::Out EngineScript::Depend(absl::string_view key, Names on_keys, Names on_tags) {
  AddCacheDependency command;
  command.key = key;
  command.depends_on.keys = std::move(on_keys);
  command.depends_on.tags = std::move(on_tags);
  return Do(command);
}

EngineScript::Out EngineScript::Track(absl::string_view key, Names tags, Names on_keys) {
  TrackEntries command;
  TrackedEntry& entry = command.entries.emplace_back();
  entry.key = key;
  entry.tags = std::move(tags);
  entry.depends_on.keys = std::move(on_keys);
  return Do(command);
}

EngineScript::Out EngineScript::TrackAt(uint64_t position, absl::string_view key, Names tags,
                                        Names on_keys) {
  TrackEntries command;
  TrackedEntry& entry = command.entries.emplace_back();
  entry.key = key;
  entry.tags = std::move(tags);
  entry.depends_on.keys = std::move(on_keys);
  entry.position = PositionView{kEpoch, position};
  return Do(command);
}

std::string EngineScript::Lookup(absl::string_view key) {
  const auto result = Ask<LookupEntryResult>(LookupEntry{key});
  return std::string(kStates[static_cast<int>(result.state)]);
}

EngineScript::Out EngineScript::RunTimer() {
  const std::optional<BatchDeadline> deadline = engine_.batch_deadline();
  if (!deadline.has_value() || deadline->at > now_) return {};
  return Do(FlushBatch{deadline->generation});
}

}  // namespace cache_invalidation::engine
