#include "client/connect/http/purge_queue.h"

#include <algorithm>
#include <utility>

namespace cache_invalidation::connect {
namespace {

// What is purged within this time is repeated together: few rounds, however many there are to
// purge.
constexpr absl::Duration kTogether = absl::Milliseconds(250);

}  // namespace

PurgeQueue::PurgeQueue(size_t max_keys, std::vector<absl::Duration> again_after,
                       std::optional<client::Position> applied)
    : max_keys_(max_keys),
      again_after_(std::move(again_after)),
      repeats_(again_after_.size()),
      latest_(applied),
      applied_(std::move(applied)) {}

void PurgeQueue::Add(const PurgeSet& purges, const client::Position& position) {
  pending_.Merge(purges);
  Bound(pending_);
  latest_ = position;
  AdvanceIfIdle();
}

std::optional<PurgeSet> PurgeQueue::Take(absl::Duration now, size_t max_keys, size_t max_bytes) {
  if (!fresh_.has_value() && !pending_.empty()) {
    fresh_ = Round{.left = std::exchange(pending_, {}), .position = *latest_};
  }
  if (!fresh_.has_value()) StartRepeat(now);
  taken_from_fresh_ = fresh_.has_value();
  if (!Active().has_value()) return std::nullopt;
  taken_ = Active()->left.TakePart(max_keys, max_bytes);
  return taken_;
}

void PurgeQueue::Done(absl::Duration now) {
  std::optional<Round>& round = Active();
  round->done.Merge(*taken_);
  taken_.reset();
  if (round->left.empty()) Finish(now, *std::exchange(round, std::nullopt));
}

void PurgeQueue::PutBack() {
  Active()->left.Merge(*taken_);
  taken_.reset();
}

void PurgeQueue::Widen() {
  ++widened_;
  taken_->AddEverything();
  PutBack();
}

absl::Duration PurgeQueue::due() const {
  if (!pending_.empty() || fresh_.has_value() || repeat_.has_value()) {
    return absl::ZeroDuration();
  }
  absl::Duration due = absl::InfiniteDuration();
  for (const std::deque<Round>& rounds : repeats_) {
    if (!rounds.empty()) due = std::min(due, rounds.front().due);
  }
  return due;
}

size_t PurgeQueue::size() const {
  return pending_.size() + (fresh_.has_value() ? fresh_->left.size() : 0);
}

size_t PurgeQueue::repeated_size() const {
  size_t size = repeat_.has_value() ? repeat_->left.size() + repeat_->done.size() : 0;
  for (const std::deque<Round>& rounds : repeats_) {
    for (const Round& round : rounds) size += round.left.size();
  }
  return size;
}

std::optional<PurgeQueue::Round>& PurgeQueue::Active() {
  return taken_from_fresh_ ? fresh_ : repeat_;
}

void PurgeQueue::StartRepeat(absl::Duration now) {
  for (size_t step = repeats_.size(); step > 0 && !repeat_.has_value(); --step) {
    std::deque<Round>& rounds = repeats_[step - 1];
    if (rounds.empty() || rounds.front().due > now) continue;
    repeat_ = std::move(rounds.front());
    rounds.pop_front();
  }
}

void PurgeQueue::Finish(absl::Duration now, Round round) {
  if (round.step < again_after_.size()) return Repeat(now, std::move(round));
  applied_ = round.position;
  AdvanceIfIdle();
}

void PurgeQueue::Repeat(absl::Duration now, Round round) {
  std::deque<Round>& rounds = repeats_[round.step];
  const absl::Duration due = now + again_after_[round.step];
  if (rounds.empty() || due - rounds.back().first_due > kTogether) {
    rounds.push_back({.step = round.step + 1, .first_due = due});
  }
  Round& last = rounds.back();
  last.left.Merge(round.done);
  last.position = std::move(round.position);
  last.due = due;
  BoundRepeated();
}

void PurgeQueue::BoundRepeated() {
  const auto for_each = [this](const auto& change) {
    for (std::deque<Round>& rounds : repeats_) {
      for (Round& round : rounds) change(round.left);
    }
  };
  if (repeated_size() <= max_keys_) return;
  ++widened_;
  for_each([](PurgeSet& set) { set.WidenToTypes(); });
  if (repeated_size() <= max_keys_) return;
  for_each([](PurgeSet& set) { set.AddEverything(); });
}

void PurgeQueue::Bound(PurgeSet& set) {
  if (set.size() <= max_keys_) return;
  ++widened_;
  set.WidenToTypes();
  if (set.size() > max_keys_) set.AddEverything();
}

void PurgeQueue::AdvanceIfIdle() {
  if (due() == absl::InfiniteDuration()) applied_ = latest_;
}

}  // namespace cache_invalidation::connect
