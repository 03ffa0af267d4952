#include "client/connect/redis/sink_queue.h"

#include <algorithm>
#include <utility>

namespace cache_invalidation::connect {
namespace {

// What is dropped again within this time is dropped together: a bound on the number of entries.
constexpr absl::Duration kTogether = absl::Milliseconds(200);

}  // namespace

SinkQueue::SinkQueue(std::vector<absl::Duration> again_after, size_t max_targets)
    : again_after_(std::move(again_after)),
      max_targets_(max_targets),
      steps_(again_after_.size() + 1) {}

void SinkQueue::Add(RedisTargets targets, const client::Position& position) {
  Append(0, {std::move(targets), position, -absl::InfiniteDuration(), -absl::InfiniteDuration()});
  if (size_ <= max_targets_) return;
  ++widened_;
  Reset(position);
}

// Everything covers all that waits, and is dropped again itself. Positions before it are reached
// with it.
void SinkQueue::Reset(const client::Position& position) {
  ++resets_;
  for (auto& step : steps_) step.clear();
  size_ = 0;
  Append(0, {RedisTargets{.everything = true}, position, -absl::InfiniteDuration(),
             -absl::InfiniteDuration()});
}

void SinkQueue::Append(size_t step, Entry entry) {
  std::deque<Entry>& entries = steps_[step];
  const bool together =
      !entries.empty() && (step == 0 || entry.due - entries.back().first_due < kTogether);
  if (!together) {
    size_ += entry.targets.size();
    entries.push_back(std::move(entry));
    return;
  }
  Entry& last = entries.back();
  size_ -= last.targets.size();
  const bool was_exact = !last.targets.everything && !entry.targets.everything;
  last.targets.Merge(std::move(entry.targets));
  if (was_exact && last.targets.everything) ++widened_;
  size_ += last.targets.size();
  last.position = std::move(entry.position);
  last.due = entry.due;
}

std::optional<SinkQueue::Batch> SinkQueue::Next(absl::Duration now) {
  // The oldest first: what is new merges while it waits, so that each step has its turn.
  for (size_t step = steps_.size(); step-- > 0;) {
    if (steps_[step].empty() || steps_[step].front().due > now) continue;
    Entry entry = std::move(steps_[step].front());
    steps_[step].pop_front();
    size_ -= entry.targets.size();
    Batch batch = {.targets = std::move(entry.targets),
                   .last = std::move(entry.position),
                   .step = step,
                   .resets = resets_};
    if (step + 1 == steps_.size()) batch.position = batch.last;
    return batch;
  }
  return std::nullopt;
}

void SinkQueue::Dropped(Batch batch, absl::Duration now) {
  if (batch.resets != resets_ || batch.step + 1 == steps_.size()) return;
  const absl::Duration since =
      batch.step == 0 ? absl::ZeroDuration() : again_after_[batch.step - 1];
  const absl::Duration due = now + again_after_[batch.step] - since;
  batch.targets.versions.clear();
  Append(batch.step + 1, {std::move(batch.targets), std::move(batch.last), due, due});
}

absl::Duration SinkQueue::NextAt() const {
  absl::Duration at = absl::InfiniteDuration();
  for (const auto& step : steps_) {
    if (!step.empty()) at = std::min(at, step.front().due);
  }
  return at;
}

}  // namespace cache_invalidation::connect
