// SPDX-License-Identifier: Apache-2.0

#include "tests/property/recording.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/property/generator.h"
#include "tests/property/result_text.h"
#include "tests/reference/owned_event.h"

namespace cache_invalidation::property {
namespace {

// What a step is for a single engine; nothing for the timer of a batch that never was.
std::optional<std::variant<engine::Command, engine::Query>> ForOneEngine(
    const Step& step, std::optional<engine::BatchDeadline> stale) {
  if (const auto* command = std::get_if<engine::Command>(&step.action)) return *command;
  if (const auto* query = std::get_if<engine::Query>(&step.action)) return *query;
  if (const auto* sweep = std::get_if<SweepAll>(&step.action)) return engine::Command(sweep->sweep);
  if (!stale.has_value()) return std::nullopt;
  return engine::Command(engine::FlushBatch{stale->generation});
}

}  // namespace

std::vector<Recorded> Record(uint64_t seed, uint64_t steps) {
  Generator generator(seed);
  engine::Engine engine(kEpoch, LimitsOf(seed));
  std::vector<Recorded> recording;
  absl::Time now = absl::UnixEpoch() + absl::Hours(1);
  std::optional<engine::BatchDeadline> last_timer;
  const auto apply = [&](const engine::Command& command, std::shared_ptr<Buffer> buffer) {
    recording.push_back({now, command, std::move(buffer)});
    engine.Apply(command, now);
    if (engine.batch_deadline().has_value()) last_timer = engine.batch_deadline();
  };
  for (uint64_t i = 0; i < steps; ++i) {
    const Step step = generator.Next(engine.head(), engine.floor());
    const absl::Time next = now + step.advance;
    const std::optional<engine::BatchDeadline> timer = engine.batch_deadline();
    if (!step.timers_are_late && timer.has_value() && timer->at <= next) {
      now = std::max(now, timer->at);
      apply(engine::FlushBatch{timer->generation}, nullptr);
    }
    now = next;
    const auto what = ForOneEngine(step, last_timer);
    if (!what.has_value()) continue;
    if (const auto* command = std::get_if<engine::Command>(&*what)) {
      apply(*command, step.buffer);
    } else {
      recording.push_back({now, *what, step.buffer});
    }
  }
  return recording;
}

std::string Text(const engine::Applied& applied) {
  std::string text = absl::StrCat(absl::StatusCodeToString(applied.status.code()), " ",
                                  applied.status.ok() ? Text(applied.result) : "", "\n");
  for (const engine::Event& event : applied.events) {
    absl::StrAppend(&text, reference::Text(reference::Own(event)));
  }
  return text;
}

}  // namespace cache_invalidation::property
