// SPDX-License-Identifier: Apache-2.0

#include "client/connect/sink_queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::connect {
namespace {

// What is dropped again within this time is dropped together: a bound on the number of entries.
constexpr absl::Duration kTogether = absl::Milliseconds(200);

constexpr absl::Duration kAtOnce = -absl::InfiniteDuration();

}  // namespace

SinkQueue::SinkQueue(SinkQueueOptions options, std::optional<client::Position> reached)
    : options_(std::move(options)),
      steps_(options_.again_after.size() + 1),
      latest_(reached),
      reached_(std::move(reached)) {}

void SinkQueue::Add(SinkTargets targets, client::Position position) {
  latest_ = position;
  Append(0, {std::move(targets), std::move(position), kAtOnce, kAtOnce});
}

// Everything covers all that waits, and is dropped again itself. Positions before it are reached
// with it.
void SinkQueue::Reset(client::Position position) {
  ++resets_;
  for (auto& step : steps_) step.clear();
  size_ = 0;
  Add({.everything = true}, std::move(position));
}

void SinkQueue::Widen() {
  ++widened_;
  Reset(*latest_);
}

void SinkQueue::Append(size_t step, Entry entry) {
  std::deque<Entry>& entries = steps_[step];
  const bool together = !entries.empty() && !entries.back().begun &&
                        (step == 0 || entry.due - entries.back().first_due < kTogether);
  if (together) {
    Entry& last = entries.back();
    size_ -= last.targets.size();
    const bool was_exact = !last.targets.everything && !entry.targets.everything;
    last.targets.Merge(std::move(entry.targets));
    if (was_exact && last.targets.everything) ++widened_;
    if (entry.position.has_value()) last.position = std::move(entry.position);
    last.due = entry.due;
  } else {
    entries.push_back(std::move(entry));
  }
  size_ += entries.back().targets.size();
  if (size_ > options_.max_targets) Bound();
}

void SinkQueue::Bound() {
  if (options_.widen_to_types == nullptr) return Widen();
  size_ = 0;
  for (std::deque<Entry>& entries : steps_) {
    for (Entry& entry : entries) {
      options_.widen_to_types(entry.targets);
      size_ += entry.targets.size();
    }
  }
  if (size_ > options_.max_targets) return Widen();
  ++widened_;
}

std::optional<size_t> SinkQueue::StepToTake(absl::Duration now) const {
  const auto is_due = [&](size_t step) {
    return !steps_[step].empty() && steps_[step].front().due <= now;
  };
  if (!took_new_ && is_due(0)) return 0;
  for (size_t step = steps_.size(); step-- > 0;) {
    if (is_due(step)) return step;
  }
  return std::nullopt;
}

std::optional<SinkQueue::Batch> SinkQueue::Next(absl::Duration now, size_t max_names) {
  const std::optional<size_t> step = StepToTake(now);
  took_new_ = step == size_t{0};
  if (!step.has_value()) return std::nullopt;
  Entry& entry = steps_[*step].front();
  entry.begun = true;
  Batch batch = {.targets = entry.targets.TakePart(max_names, options_.max_batch_bytes),
                 .step = *step,
                 .resets = resets_};
  size_ -= batch.targets.size();
  if (!entry.targets.empty()) return batch;
  batch.last = std::move(entry.position);
  steps_[*step].pop_front();
  if (IsLastTime(batch)) batch.position = batch.last;
  return batch;
}

bool SinkQueue::IsLastTime(const Batch& batch) const {
  if (batch.step + 1 == steps_.size()) return true;
  const auto later = steps_.begin() + static_cast<ptrdiff_t>(batch.step) + 1;
  return batch.targets.size() == batch.targets.once.size() &&
         std::all_of(later, steps_.end(), [](const auto& entries) { return entries.empty(); });
}

void SinkQueue::Dropped(Batch batch, absl::Duration now) {
  if (batch.resets != resets_) return;
  if (batch.position.has_value()) reached_ = std::move(batch.position);
  const size_t next = batch.step + 1;
  batch.targets.once.clear();
  const bool is_done =
      batch.targets.empty() && (batch.position.has_value() || !batch.last.has_value());
  if (next == steps_.size() || is_done) return;
  const absl::Duration since =
      batch.step == 0 ? absl::ZeroDuration() : options_.again_after[batch.step - 1];
  const absl::Duration due = now + options_.again_after[batch.step] - since;
  Append(next, {std::move(batch.targets), std::move(batch.last), due, due});
}

void SinkQueue::PutBack(Batch batch) {
  if (batch.resets != resets_) return;
  size_ += batch.targets.size();
  steps_[batch.step].push_front(
      {std::move(batch.targets), std::move(batch.last), kAtOnce, kAtOnce, /*begun=*/true});
}

absl::Duration SinkQueue::NextAt() const {
  absl::Duration at = absl::InfiniteDuration();
  for (const auto& entries : steps_) {
    if (!entries.empty()) at = std::min(at, entries.front().due);
  }
  return at;
}

size_t SinkQueue::new_size() const {
  size_t size = 0;
  for (const Entry& entry : steps_.front()) size += entry.targets.size();
  return size;
}

std::string FormatSinkPosition(const client::Position& position, absl::string_view fingerprint) {
  return absl::StrCat(position.epoch, " ", position.revision, " ", fingerprint);
}

std::optional<client::Position> ParseSinkPosition(absl::string_view text,
                                                  absl::string_view fingerprint) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
  client::Position position;
  if (parts.size() != 3 || parts[0].empty() || parts[2] != fingerprint) return std::nullopt;
  if (!absl::SimpleAtoi(parts[1], &position.revision)) return std::nullopt;
  position.epoch = std::string(parts[0]);
  return position;
}

}  // namespace cache_invalidation::connect
