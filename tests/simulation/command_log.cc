// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/command_log.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/property/command_text.h"
#include "tests/property/prediction.h"

namespace cache_invalidation::simulation {
namespace {

// Whether the command only moved the clock, the position of sweeping and perhaps the floor.
bool OnlyLooked(const engine::Command& command, const engine::Applied& applied) {
  return std::holds_alternative<engine::Sweep>(command) &&
         std::all_of(applied.delta.begin(), applied.delta.end(), [](const auto& change) {
           return std::holds_alternative<engine::MetaRecord>(change.record) ||
                  std::holds_alternative<engine::SweepRecord>(change.record);
         });
}

std::string Text(const std::vector<reference::OwnedEvent>& events) {
  std::string text;
  for (const reference::OwnedEvent& event : events) absl::StrAppend(&text, "\n", Text(event));
  return text;
}

}  // namespace

void CommandLog::BeginRun(const std::string& epoch, const shard::EngineTime& time, bool keeps) {
  time_ = &time;
  keeps_ = keeps;
  if (broken_epochs_.contains(epoch)) {
    report_.Fail(absl::StrCat("epoch ", epoch, " goes on without what it has acknowledged"));
  }
  epoch_ = epoch;
}

void CommandLog::BeginCall(uint64_t call, std::shared_ptr<property::Buffer> buffer) {
  call_ = call;
  buffer_ = std::move(buffer);
}

void CommandLog::Acknowledge(uint64_t call) {
  for (size_t i = run_begin_; i < log_.size(); ++i) log_[i].acknowledged |= log_[i].call == call;
}

uint64_t CommandLog::SealGroup() {
  call_ = 0;
  return group_++;
}

void CommandLog::NoteWrite(uint64_t group, size_t write) {
  for (size_t i = run_begin_; i < log_.size(); ++i) {
    if (log_[i].group == group) log_[i].write = write;
  }
}

void CommandLog::OnApplied(absl::string_view namespace_name, const engine::Command& command,
                           const engine::Applied& applied) {
  ++applied_;
  uint64_t& floor = floors_[std::string(namespace_name)];
  const uint64_t floor_before = floor;
  for (const engine::RecordChange& change : applied.delta) {
    if (const auto* meta = std::get_if<engine::MetaRecord>(&change.record)) floor = meta->floor;
  }
  // What is not stored may be lost with the process.
  if (OnlyLooked(command, applied) && floor == floor_before) return;
  Applied logged;
  logged.floor = floor;
  logged.namespace_name = std::string(namespace_name);
  logged.epoch = epoch_;
  logged.now = time_->Now();
  logged.command = command;
  logged.buffer = buffer_;
  logged.call = call_;
  logged.group = group_;
  logged.kept = keeps_;
  logged.status = applied.status;
  logged.result = applied.result;
  for (const engine::Event& event : applied.events) {
    logged.events.push_back(reference::Own(event));
  }
  log_.push_back(std::move(logged));
}

void CommandLog::EndRun(size_t writes, bool forgives) {
  const auto lost = [writes](const Applied& applied) { return applied.write >= writes; };
  for (size_t i = 0; i < log_.size(); ++i) {
    const Applied& applied = log_[i];
    if (!lost(applied)) continue;
    // The models cannot go back.
    if (i < compared_) {
      compared_ = 0;
      models_.clear();
    }
    if (!applied.acknowledged || !applied.status.ok()) continue;
    broken_epochs_.insert(applied.epoch);
    if (!applied.kept || forgives) continue;
    report_.Fail(absl::StrCat("an acknowledged command was lost: ", applied.namespace_name, ": ",
                              property::Text(applied.command)));
  }
  log_.erase(std::remove_if(log_.begin(), log_.end(), lost), log_.end());
  run_begin_ = log_.size();
  for (; compared_ < log_.size() && report_.ok(); ++compared_) Compare(log_[compared_]);
  floors_.clear();
  for (const auto& [name, model] : models_) floors_[name] = model.model.floor();
  call_ = 0;
  buffer_ = nullptr;
}

reference::ReferenceModel& CommandLog::ModelOf(const Applied& applied) {
  const auto found = models_.find(applied.namespace_name);
  if (found != models_.end()) {
    Model& known = found->second;
    if (known.epoch != applied.epoch) known.model.BeginEpoch(applied.epoch);
    known.epoch = applied.epoch;
    return known.model;
  }
  Model added{applied.epoch, reference::ReferenceModel(applied.epoch, limits_)};
  Model& model = models_.emplace(applied.namespace_name, std::move(added)).first->second;
  (void)model.model.Apply(create_namespace_, applied.now, nullptr);
  return model.model;
}

void CommandLog::Compare(const Applied& applied) {
  // A refused command creates nothing, and changes nothing.
  if (!applied.status.ok()) return;
  reference::ReferenceModel& model = ModelOf(applied);
  engine::Command command = applied.command;
  // Each process numbers the engine's batches from the beginning.
  if (auto* flush = std::get_if<engine::FlushBatch>(&command)) {
    flush->generation = model.batch_generation();
  }
  const reference::Prediction prediction = property::Predict(
      model, command, applied.now, {applied.status, applied.result, applied.events, applied.floor});
  if (prediction.status.ok() && prediction.events == applied.events) return;
  report_.Fail(absl::StrCat("the reference model differs in ", applied.namespace_name, " after ",
                            property::Text(applied.command),
                            "\nexpected: ", prediction.status.ToString(), Text(prediction.events),
                            "\ngot:      ", applied.status.ToString(), Text(applied.events)));
}

}  // namespace cache_invalidation::simulation
