// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/stranger.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::simulation {
namespace {

// Commands that a client cannot send.
bool IsInternal(const engine::Command& command) {
  return std::holds_alternative<engine::Sweep>(command) ||
         std::holds_alternative<engine::FlushBatch>(command) ||
         std::holds_alternative<engine::CreateNamespace>(command);
}

}  // namespace

Stranger::Stranger(Surroundings& world, std::string namespace_name, std::string name)
    : world_(world),
      namespace_name_(std::move(namespace_name)),
      name_(std::move(name)),
      generator_(world.choices.Below(UINT64_MAX)) {}

void Stranger::Step() {
  if (call_ == nullptr) return Send();
  if (!call_->answered) {
    if (!world_.choices.Percent(world_.swarm.giving_up_percent)) return;
    call_->given_up = true;
  } else if (call_->ok()) {
    epoch_ = call_->epoch;
    if (world_.server != nullptr) head_ = world_.server->head(namespace_name_);
  }
  call_ = nullptr;
}

void Stranger::Send() {
  const property::Step step = generator_.Next(head_, 0, epoch_);
  auto call = std::make_shared<Call>();
  call->namespace_name = namespace_name_;
  call->buffer = step.buffer;
  if (const auto* command = std::get_if<engine::Command>(&step.action)) {
    if (IsInternal(*command)) return;
    call->requests.emplace_back(*command);
  } else if (const auto* query = std::get_if<engine::Query>(&step.action)) {
    call->requests.emplace_back(*query);
  } else {
    return;
  }
  if (!world_.Send(call)) return;
  world_.report.Log(name_, " calls (", call->number, "): ", property::Text(step));
  call_ = std::move(call);
}

}  // namespace cache_invalidation::simulation
