// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/puller.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::simulation {

Puller::Puller(Surroundings& world, std::string namespace_name, std::string name)
    : world_(world), namespace_name_(std::move(namespace_name)), name_(std::move(name)) {}

void Puller::Step() {
  if (call_ == nullptr) return Ask();
  if (!call_->answered) return;
  const std::shared_ptr<Call> call = std::move(call_);
  if (call->ok()) OnAnswer(*call);
}

// Asks about the value that it holds; without a value the answer still contains a position.
void Puller::Ask() {
  row_ = value_ ? value_->row : world_.choices.Below(kRows);
  known_version_ = world_.database.InvalidatedBy(row(), world_.now());
  auto call = std::make_shared<Call>();
  call->namespace_name = namespace_name_;
  call->buffer = std::make_shared<property::Buffer>();
  engine::Validate query;
  if (value_) query.position = {call->buffer->Keep(value_->epoch), value_->revision};
  query.tags.push_back(call->buffer->Keep(row().tag()));
  call->requests.emplace_back(engine::Query(std::move(query)));
  if (world_.Send(call)) call_ = std::move(call);
}

void Puller::OnAnswer(const Call& call) {
  const auto& result = std::get<engine::ValidateResult>(*call.answers.front());
  if (!value_ || result.tags_moved.front()) {
    value_ = Value{row_, world_.database.Read(row()), call.epoch, result.revision};
    world_.report.Log(name_, " loads version ", value_->version, " of ", row().tag(), " at ",
                      value_->epoch, "/", value_->revision);
    return;
  }
  if (value_->version >= known_version_) return;
  world_.report.Fail(absl::StrCat(name_, " was told that ", row().tag(), " has not moved since ",
                                  value_->epoch, "/", value_->revision, ", but version ",
                                  known_version_, " had been invalidated; it holds ",
                                  value_->version));
}

}  // namespace cache_invalidation::simulation
