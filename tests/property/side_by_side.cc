// SPDX-License-Identifier: Apache-2.0

#include "tests/property/side_by_side.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/property/command_text.h"
#include "tests/property/event_check.h"
#include "tests/property/generator.h"
#include "tests/property/prediction.h"
#include "tests/property/result_text.h"

namespace cache_invalidation::property {
namespace {

// Sweeps after which something must be wrong: a full batch leaves ten thousand names.
constexpr int kMostSweeps = 100'000;

std::string Differs(absl::string_view what, absl::string_view model, absl::string_view engine) {
  if (model == engine) return "";
  return absl::StrCat(what, " differs\nexpected: ", model, "\ngot:      ", engine, "\n");
}

std::string Number(absl::string_view what, uint64_t model, uint64_t engine) {
  return Differs(what, absl::StrCat(model), absl::StrCat(engine));
}

std::string InRange(absl::string_view what, reference::CountRange range, bool swept,
                    uint64_t engine) {
  const uint64_t most = swept ? range.least : range.most;
  if (engine >= range.least && engine <= most) return "";
  return Differs(what, absl::StrCat(range.least, "..", most), absl::StrCat(engine));
}

std::string EventsText(const std::vector<reference::OwnedEvent>& events) {
  std::string text;
  for (const reference::OwnedEvent& event : events) absl::StrAppend(&text, "\n", Text(event));
  return text;
}

// Whether a result that may carry warnings does.
bool Warns(const engine::Result& result) {
  return std::visit(
      [](const auto& typed) {
        if constexpr (requires { typed.warnings; }) {
          return !typed.warnings.empty();
        } else {
          return false;
        }
      },
      result);
}

std::string CompareWarnings(const engine::ApplyDeclarationsResult& model,
                            const engine::ApplyDeclarationsResult& engine) {
  for (const auto list :
       {&engine::ApplyDeclarationsResult::rules, &engine::ApplyDeclarationsResult::relationships}) {
    for (size_t i = 0; i < (model.*list).size() && i < (engine.*list).size(); ++i) {
      if (!(model.*list)[i].warnings.empty() && (engine.*list)[i].warnings.empty()) {
        return absl::StrCat("a warning is missing: ", (model.*list)[i].name, "\n");
      }
    }
  }
  return "";
}

// Lint may remark more than the design asks for; a cycle is there or not.
std::string CompareWarnings(const engine::Result& model, const engine::Result& engine) {
  const auto* predicted = std::get_if<engine::ApplyDeclarationsResult>(&model);
  const auto* declared = std::get_if<engine::ApplyDeclarationsResult>(&engine);
  if (predicted != nullptr && declared != nullptr) return CompareWarnings(*predicted, *declared);
  const bool exact = std::holds_alternative<engine::AddCacheDependencyResult>(model);
  if (Warns(model) && !Warns(engine)) return "a warning is missing\n";
  return exact && Warns(engine) && !Warns(model) ? "a warning is wrong\n" : "";
}

std::string CompareValidation(const reference::ExpectedValidation& expected,
                              const engine::ValidateResult& result) {
  if (result.keys_moved.size() != expected.keys_may.size() ||
      result.tags_moved.size() != expected.tags.size()) {
    return "Validate does not answer for everything asked\n";
  }
  std::string difference;
  for (size_t i = 0; i < result.keys_moved.size(); ++i) {
    if (result.keys_moved[i] ? !expected.keys_may[i] : expected.keys_must[i]) {
      absl::StrAppend(&difference, "Validate key ", i, ": got moved=", result.keys_moved[i], "\n");
    }
  }
  for (size_t i = 0; i < result.tags_moved.size(); ++i) {
    if (result.tags_moved[i] != expected.tags[i]) {
      absl::StrAppend(&difference, "Validate tag ", i, ": got moved=", result.tags_moved[i], "\n");
    }
  }
  return difference;
}

}  // namespace

SideBySide::SideBySide(const engine::Limits& limits)
    : engine_(kEpoch, limits), model_(kEpoch, limits), now_(absl::UnixEpoch() + absl::Hours(1)) {}

std::string SideBySide::Run(const Step& step) {
  std::string difference;
  const absl::Time now = now_ + step.advance;
  if (!step.timers_are_late && timer_.has_value() && timer_->at <= now) {
    now_ = std::max(now_, timer_->at);
    difference = FlushDue();
    if (!difference.empty()) return absl::StrCat("(timer of the batch) ", difference);
  }
  now_ = now;
  if (const auto* command = std::get_if<engine::Command>(&step.action)) {
    return Apply(*command, step.buffer.get());
  }
  if (const auto* query = std::get_if<engine::Query>(&step.action)) return Answer(*query);
  if (const auto* sweep = std::get_if<SweepAll>(&step.action)) return SweepUntilDone(sweep->sweep);
  return FlushStale();
}

std::string SideBySide::Apply(const engine::Command& for_engine, const engine::Command& for_model,
                              Buffer* buffer) {
  engine::Applied applied = engine_.Apply(for_engine, now_);
  if (buffer != nullptr) buffer->Scribble();
  std::vector<reference::OwnedEvent> events;
  std::string difference;
  for (const engine::Event& event : applied.events) {
    events.push_back(reference::Own(event));
    absl::StrAppend(&difference, CheckForm(event));
  }
  if (buffer != nullptr) buffer->Restore();
  const reference::Prediction prediction =
      Predict(model_, for_model, now_, {applied.status, applied.result, events, engine_.floor()});
  absl::StrAppend(&difference, Differs("status", absl::StatusCodeToString(prediction.status.code()),
                                       absl::StatusCodeToString(applied.status.code())));
  if (prediction.status.ok() && applied.status.ok()) {
    absl::StrAppend(&difference, Differs("result", Text(prediction.result), Text(applied.result)),
                    CompareMovedNames(prediction, applied.result),
                    CompareWarnings(prediction.result, applied.result));
  } else if (!applied.delta.empty()) {
    absl::StrAppend(&difference, "a refused command has a delta\n");
  }
  absl::StrAppend(&difference, Differs("events", EventsText(prediction.events), EventsText(events)),
                  ComparePlaces(), CompareStats(/*swept=*/false));
  return difference;
}

std::string SideBySide::ComparePlaces() {
  std::string difference = absl::StrCat(Number("head", model_.head(), engine_.head()),
                                        Number("floor", model_.floor(), engine_.floor()));
  const std::optional<engine::BatchDeadline> deadline = engine_.batch_deadline();
  const std::optional<absl::Time> expected = model_.batch_deadline();
  absl::StrAppend(&difference,
                  Differs("deadline", expected.has_value() ? absl::FormatTime(*expected) : "none",
                          deadline.has_value() ? absl::FormatTime(deadline->at) : "none"));
  std::optional<Timer> timer;
  if (deadline.has_value()) {
    timer = Timer{deadline->at, deadline->generation, model_.batch_generation()};
  }
  const bool another = timer_.has_value() &&
                       (!timer.has_value() || timer->model_generation != timer_->model_generation);
  if (another) stale_timer_ = timer_;
  timer_ = timer;
  return difference;
}

std::string SideBySide::CompareStats(bool swept) {
  const engine::Query query = engine::GetInvalidationStats{};
  const engine::Result result = engine_.Answer(query, now_);
  std::string difference = Differs("statistics", Text(model_.Answer(query, now_)), Text(result));
  const auto* stats = std::get_if<engine::InvalidationStats>(&result);
  if (stats == nullptr) return difference;
  absl::StrAppend(
      &difference,
      InRange("tracked entries", model_.TrackedEntries(), swept, stats->tracked_entries),
      InRange("dependency edges", model_.DependencyEdges(), swept, stats->dependency_edges));
  return difference;
}

std::string SideBySide::Answer(const engine::Query& query) {
  const engine::Result result = engine_.Answer(query, now_);
  if (const auto* validate = std::get_if<engine::Validate>(&query)) {
    const auto* answer = std::get_if<engine::ValidateResult>(&result);
    if (answer == nullptr) return "Validate is answered by something else\n";
    return absl::StrCat(CompareValidation(model_.ExpectValidation(*validate, now_), *answer),
                        Number("head of Validate", model_.head(), answer->revision));
  }
  if (const auto* explain = std::get_if<engine::ExplainWrite>(&query)) {
    const auto* answer = std::get_if<engine::ExplainWriteResult>(&result);
    if (answer == nullptr) return "ExplainWrite is answered by something else\n";
    const auto expected = model_.ExpectExplanation(*explain, now_);
    const engine::Explanation& got = answer->explanation;
    return absl::StrCat(Number("key_hit", expected.key_hit, got.key_hit),
                        Number("targets of ExplainWrite", expected.targets, got.targets),
                        Number("widened of ExplainWrite", expected.widened, got.widened));
  }
  return Differs("answer", Text(model_.Answer(query, now_)), Text(result));
}

std::string SideBySide::FlushDue() {
  const Timer timer = *timer_;
  return Apply(engine::FlushBatch{timer.engine_generation},
               engine::FlushBatch{timer.model_generation}, nullptr);
}

std::string SideBySide::FlushStale() {
  if (!stale_timer_.has_value()) return "";
  const Timer timer = *stale_timer_;
  return Apply(engine::FlushBatch{timer.engine_generation},
               engine::FlushBatch{timer.model_generation}, nullptr);
}

std::string SideBySide::SweepUntilDone(const engine::Sweep& sweep) {
  const engine::Command command = sweep;
  uint64_t removed = 0;
  int rounds = 0;
  for (int i = 0; i < kMostSweeps; ++i) {
    const engine::Applied applied = engine_.Apply(command, now_);
    const auto* result = std::get_if<engine::SweepResult>(&applied.result);
    if (result == nullptr || !applied.status.ok() || !applied.events.empty()) {
      return "a sweep does more than sweep\n";
    }
    removed += result->removed;
    if (!result->finished) continue;
    // The first round may have begun in the middle.
    if (++rounds > 1 && removed == 0 && !result->crowded) {
      const reference::Observed observed = {applied.status, applied.result, {}, engine_.floor()};
      model_.Apply(command, now_, &observed);
      return absl::StrCat(model_.RemembersTooMuch() ? "too many names are remembered\n" : "",
                          ComparePlaces(), CompareStats(/*swept=*/true));
    }
    removed = 0;
  }
  return "sweeping does not come to an end\n";
}

std::string SideBySide::AskEverything() {
  std::string difference = CompareStats(/*swept=*/false);
  for (const std::string& key : AllKeys()) {
    absl::StrAppend(&difference, Answer(engine::LookupEntry{key}));
  }
  for (const std::string& key : AllKeys()) {
    for (const bool dependents : {false, true}) {
      engine::ListCacheDependencies query;
      query.name = key;
      query.dependents = dependents;
      query.limit = 1000;
      absl::StrAppend(&difference, Answer(query));
    }
  }
  engine::Validate query;
  for (const std::string& key : AllKeys()) query.keys.push_back({key, {}, ""});
  for (const std::string& key : AllKeys()) query.keys.push_back({key, {AllTags().back()}, ""});
  for (const std::string& tag : AllTags()) query.tags.push_back(tag);
  for (const uint64_t revision : {floor(), (floor() + head()) / 2, head()}) {
    query.position = {kEpoch, revision};
    absl::StrAppend(&difference, Answer(query));
  }
  return difference;
}

}  // namespace cache_invalidation::property
