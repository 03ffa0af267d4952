// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/writer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/property/command_text.h"

namespace cache_invalidation::simulation {

Writer::Writer(Surroundings& world, std::string namespace_name, std::string name,
               std::function<void()> on_waited)
    : world_(world),
      namespace_name_(std::move(namespace_name)),
      name_(std::move(name)),
      on_waited_(std::move(on_waited)) {}

void Writer::Step() {
  if (call_ != nullptr) return TakeAnswer();
  if (rows_.empty()) {
    if (world_.calm) return;
    Begin();
  }
  Send();
}

void Writer::Begin() {
  way_ = world_.choices.OneOf<Way>(
      {Way::kWrite, Way::kWrite, Way::kWriteType, Way::kCall, Way::kLazyCall, Way::kBatch});
  waits_ = world_.choices.Percent(world_.swarm.waiting_percent);
  batched_ = false;
  const size_t rows = 1 + world_.choices.Below(2);
  for (size_t i = 0; i < rows; ++i) {
    const RowName row{namespace_name_, world_.choices.Below(kRows)};
    rows_.emplace_back(row, world_.database.Commit(row));
    world_.report.Log(name_, " writes ", row.tag(), " version ", rows_.back().second);
  }
}

engine::WriteEvent Writer::WriteOf(Call& call, absl::string_view id) const {
  engine::WriteEvent write;
  write.resource_type = call.buffer->Keep(kRowType);
  write.resource_id = call.buffer->Keep(std::string(id));
  write.operation = call.buffer->Keep("update");
  return write;
}

void Writer::MakeRequest(Call& call) {
  if (way_ == Way::kBatch && batched_) {
    call.requests.emplace_back(engine::Command(engine::FlushPendingInvalidations{}));
    return;
  }
  if (way_ == Way::kWrite || way_ == Way::kWriteType) {
    engine::InvalidateByWrites command;
    command.immediate = waits_;
    if (way_ == Way::kWriteType) command.writes.push_back(WriteOf(call, ""));
    if (way_ == Way::kWrite) {
      for (const auto& [row, version] : rows_) command.writes.push_back(WriteOf(call, row.id()));
    }
    call.requests.emplace_back(engine::Command(std::move(command)));
    return;
  }
  engine::Invalidate command;
  command.immediate = waits_;
  for (const auto& [row, version] : rows_) command.tags.push_back(call.buffer->Keep(row.tag()));
  if (way_ == Way::kLazyCall) command.strategy = engine::Strategy::kLazy;
  if (way_ == Way::kBatch) {
    command.strategy = engine::Strategy::kBatched;
    command.immediate = false;
  }
  call.requests.emplace_back(engine::Command(std::move(command)));
}

void Writer::Send() {
  auto call = std::make_shared<Call>();
  call->namespace_name = namespace_name_;
  call->buffer = std::make_shared<property::Buffer>();
  MakeRequest(*call);
  const bool joins_batch = way_ == Way::kBatch && !batched_;
  call->waits = waits_ && !joins_batch;
  if (call->waits && world_.choices.Percent(30)) {
    call->wait_timeout = absl::Milliseconds(1 + world_.choices.Below(5000));
  }
  if (!joins_batch) call->on_answer = [this](const Call& answered) { OnAnswer(answered); };
  if (!world_.Send(call)) return;
  world_.report.Log(name_, " calls (", call->number, call->waits ? ", waits" : "",
                    "): ", property::Text(std::get<engine::Command>(call->requests.front())));
  call_ = std::move(call);
}

// The answer leaves the server: the guarantees hold from now on, whenever the writer receives it.
void Writer::OnAnswer(const Call& call) {
  if (!call.ok() || call.given_up) return;
  for (const auto& [row, version] : rows_) {
    world_.database.NoteInvalidated(row, version, world_.now());
  }
  if (!call.outcome || !call.outcome->late.empty() || call.outcome->unknown_late) return;
  for (const auto& [row, version] : rows_) world_.database.NoteWaited(row, version);
  on_waited_();
}

void Writer::TakeAnswer() {
  if (!call_->answered) {
    if (world_.calm || !world_.choices.Percent(world_.swarm.giving_up_percent)) return;
    world_.report.Log(name_, " gives up call ", call_->number);
    call_->given_up = true;
    call_ = nullptr;
    return;
  }
  world_.report.Log(name_, "'s call ", call_->number,
                    " is answered: ", call_->answers.front().status().ToString());
  const bool ok = call_->ok();
  call_ = nullptr;
  if (!ok) return;
  if (way_ == Way::kBatch && !batched_) {
    batched_ = true;
  } else {
    rows_.clear();
  }
}

}  // namespace cache_invalidation::simulation
