#include "server/engine/engine.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "server/engine/apply.h"
#include "server/engine/limits.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

Engine::Engine(absl::string_view epoch, const Limits& limits)
    : state_(std::make_unique<State>(epoch, limits)) {}

Engine::~Engine() = default;

Applied Engine::Apply(const Command& command, absl::Time now) {
  State& state = *state_;
  state.delta.clear();
  state.work = WorkBudget(state.limits.steps, state.limits.expanded_bytes);
  state.grounding_steps = kMaxGroundingSteps;
  state.ends_of_edges = kEdgesEndedAtOnce;
  // Frees what the last events pointed to.
  state.flushed.clear();
  state.broad.Clean();
  const uint64_t widened = state.meta.widened;
  const absl::Time before = std::exchange(state.meta.now, std::max(state.meta.now, now));
  Applied applied;
  ApplyResult result = std::visit(
      [&](const auto& one) { return engine::Apply(state, one, applied.events); }, command);
  if (!result.ok()) {
    state.meta.now = before;
    applied.status = result.status();
    return applied;
  }
  applied.result = *std::move(result);
  state.pending.WriteRows();
  state.meta.batch_delay = state.pending.delay();
  state.meta.batch_generation = state.pending.generation();
  state.meta.batch_deadline = state.pending.deadline();
  state.meta.any_key_evicted = state.broad.any_key().evicted;
  state.meta.any_key_staled = state.broad.any_key().staled;
  state.meta.widened += state.broad.given_up();
  applied.widened = state.meta.widened - widened;
  state.graph.PutChanges();
  state.delta.push_back({state.meta});
  applied.delta = std::exchange(state.delta, {});
  return applied;
}

Result Engine::Answer(const Query& query, absl::Time now) const {
  state_->grounding_steps = kMaxGroundingSteps;
  return std::visit([&](const auto& one) { return engine::Answer(*state_, one, now); }, query);
}

uint64_t Engine::head() const { return state_->meta.head; }

uint64_t Engine::floor() const { return state_->meta.floor; }

std::optional<BatchDeadline> Engine::batch_deadline() const {
  const std::optional<absl::Time> deadline = state_->pending.deadline();
  if (!deadline.has_value()) return std::nullopt;
  return BatchDeadline{*deadline, state_->pending.generation()};
}

uint64_t Engine::FreeNames(uint64_t limit) { return engine::FreeNames(*state_, limit); }

bool Engine::TakeApart(uint64_t& limit) { return state_->graph.TakeApart(limit); }

std::string Engine::DumpForTest() const { return Dump(*state_); }

}  // namespace cache_invalidation::engine
