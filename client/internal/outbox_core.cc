// SPDX-License-Identifier: Apache-2.0

#include "client/internal/outbox_core.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "client/widening.h"
#include "common/limits.h"

namespace cache_invalidation::client::internal {
namespace {

// Batches are joined up to here; one alone may be as large as a request.
constexpr size_t kJoinedBytes = 1 << 20;

// After an error that the same call would get again: somebody has to change something first.
constexpr BackoffOptions kPatientBackoff = {
    .initial = absl::Seconds(1), .maximum = absl::Seconds(30), .multiplier = 2};

size_t BytesOf(const std::vector<WriteEvent>& writes) {
  size_t bytes = 0;
  for (const WriteEvent& write : writes) bytes += EncodedWriteBytes(write);
  return bytes;
}

}  // namespace

OutboxCore::OutboxCore(const WriteOutboxOptions& options, std::function<double()> random)
    : max_writes_(options.max_writes),
      max_bytes_(options.max_bytes),
      backoff_(options.backoff),
      random_(std::move(random)) {}

OutboxCore::Lane& OutboxCore::LaneOf(const std::string& namespace_name) {
  const auto found = lanes_.find(namespace_name);
  if (found != lanes_.end()) return found->second;
  // A namespace that comes and goes does not overtake one that is due for another try.
  return lanes_
      .try_emplace(namespace_name, Lane{.backoff = Backoff(backoff_, random_),
                                        .patient = Backoff(kPatientBackoff, random_),
                                        .last_call = calls_})
      .first->second;
}

void OutboxCore::Add(UnsentWrites unsent) {
  if (unsent.writes.empty() && !unsent.everything) return;
  OutboxBatch batch{.namespace_name = std::move(unsent.namespace_name),
                    .everything = unsent.everything,
                    .oldest = ++added_};
  if (!batch.everything) batch.writes = std::move(unsent.writes);
  batch.exact = batch.writes.size();
  batch.bytes = BytesOf(batch.writes);
  CountBatch(batch, 1);
  std::deque<OutboxBatch>& waiting = LaneOf(batch.namespace_name).waiting;
  const auto covering = std::find_if(waiting.begin(), waiting.end(),
                                     [](const OutboxBatch& one) { return one.everything; });
  if (covering != waiting.end()) {
    Append(std::move(batch), *covering);
  } else {
    waiting.push_back(std::move(batch));
  }
  FitIntoLimits();
}

std::optional<OutboxBatch> OutboxCore::Next(absl::Duration now) {
  if (sending_.has_value()) return std::nullopt;
  Lane* next = nullptr;
  const auto turn = [](const Lane& lane) {
    return std::pair(lane.last_call, lane.waiting.front().oldest);
  };
  for (auto& [name, lane] : lanes_) {
    if (lane.next_at <= now && (next == nullptr || turn(lane) < turn(*next))) next = &lane;
  }
  if (next == nullptr) return std::nullopt;
  next->last_call = ++calls_;
  OutboxBatch batch = std::move(next->waiting.front());
  next->waiting.pop_front();
  Fill(*next, batch);
  sending_ = batch;
  return batch;
}

void OutboxCore::Fill(Lane& lane, OutboxBatch& batch) {
  std::deque<OutboxBatch>& waiting = lane.waiting;
  // Everything covers all that waits for its namespace.
  const auto joins = [&](const OutboxBatch& one) {
    return batch.everything ||
           (!one.everything && one.writes.size() + batch.writes.size() <= kMaxWritesPerCommand &&
            one.bytes + batch.bytes <= kJoinedBytes);
  };
  while (!waiting.empty() && joins(waiting.front())) {
    Append(std::move(waiting.front()), batch);
    waiting.pop_front();
  }
}

void OutboxCore::Finish(const absl::Status& status, absl::Duration now) {
  OutboxBatch batch = *std::exchange(sending_, std::nullopt);
  const auto found = lanes_.find(batch.namespace_name);
  Lane& lane = found->second;
  lane.error = status;
  if (status.ok()) {
    CountBatch(batch, -1);
    statistics_.sent += batch.adds;
    lane.backoff.Reset();
    lane.patient.Reset();
    lane.next_at = now;
    if (lane.waiting.empty()) lanes_.erase(found);
  } else {
    ++statistics_.failed_calls;
    const bool may_be_accepted = IsWriteRefusal(status) && !batch.everything;
    if (may_be_accepted) Widen(batch, /*to_everything=*/batch.exact == 0);
    const bool needs_patience = IsDefinitive(status) && !may_be_accepted;
    lane.next_at = now + (needs_patience ? lane.patient : lane.backoff).Next();
    lane.waiting.push_front(std::move(batch));
    FitIntoLimits();
  }
  // A success in one namespace does not hide that another one fails.
  statistics_.last_error = absl::OkStatus();
  uint64_t last_call = 0;
  for (const auto& [name, one] : lanes_) {
    if (one.error.ok() || one.last_call < last_call) continue;
    last_call = one.last_call;
    statistics_.last_error = one.error;
  }
}

absl::Duration OutboxCore::NextAt() const {
  absl::Duration next_at = absl::InfiniteDuration();
  if (sending_.has_value()) return next_at;
  for (const auto& [name, lane] : lanes_) next_at = std::min(next_at, lane.next_at);
  return next_at;
}

void OutboxCore::Hurry() {
  for (auto& [name, lane] : lanes_) lane.next_at = -absl::InfiniteDuration();
}

uint64_t OutboxCore::OldestWaiting() const {
  uint64_t oldest = added_ + 1;
  if (sending_.has_value()) oldest = sending_->oldest;
  for (const auto& [name, lane] : lanes_) {
    for (const OutboxBatch& batch : lane.waiting) oldest = std::min(oldest, batch.oldest);
  }
  return oldest;
}

std::vector<OutboxBatch> OutboxCore::TakeAll() {
  std::vector<OutboxBatch> all;
  if (sending_.has_value()) all.push_back(*std::exchange(sending_, std::nullopt));
  for (auto& [name, lane] : lanes_) {
    std::move(lane.waiting.begin(), lane.waiting.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(),
            [](const OutboxBatch& a, const OutboxBatch& b) { return a.oldest < b.oldest; });
  lanes_.clear();
  writes_ = 0;
  bytes_ = 0;
  return all;
}

WriteOutboxStatistics OutboxCore::Statistics() const {
  WriteOutboxStatistics statistics = statistics_;
  statistics.waiting_writes = writes_;
  statistics.waiting_bytes = bytes_;
  for (const auto& [name, lane] : lanes_) {
    statistics.waiting_everything +=
        std::count_if(lane.waiting.begin(), lane.waiting.end(),
                      [](const OutboxBatch& one) { return one.everything; });
  }
  if (sending_.has_value() && sending_->everything) ++statistics.waiting_everything;
  statistics.added = added_;
  return statistics;
}

bool OutboxCore::Fits(size_t divisor) const {
  return writes_ <= max_writes_ / divisor && bytes_ <= max_bytes_ / divisor;
}

void OutboxCore::FitIntoLimits() {
  if (Fits(1)) return;
  WidenAll(/*to_everything=*/false);
  // If the types take more than half, the next write soon widens all of them again.
  if (!Fits(2)) WidenAll(/*to_everything=*/true);
}

void OutboxCore::WidenAll(bool to_everything) {
  for (auto& [name, lane] : lanes_) {
    std::deque<OutboxBatch>& waiting = lane.waiting;
    if (waiting.empty()) continue;  // what it had is being sent
    while (waiting.size() > 1) {
      Append(std::move(waiting[1]), waiting[0]);
      waiting.erase(waiting.begin() + 1);
    }
    if (!waiting[0].everything) Widen(waiting[0], to_everything);
  }
}

void OutboxCore::Widen(OutboxBatch& batch, bool to_everything) {
  WriteCollector collector({.widen_malformed_names = true});
  for (const WriteEvent& write : batch.writes) collector.Add(write);
  collector.WidenToTypes();
  WidenedWrites types = collector.Take();
  Clear(batch);
  if (to_everything || types.everything) {
    batch.everything = true;
    ++statistics_.widened_to_everything;
    return;
  }
  batch.writes = std::move(types.writes);
  batch.bytes = BytesOf(batch.writes);
  CountBatch(batch, 1);
}

void OutboxCore::Append(OutboxBatch later, OutboxBatch& batch) {
  batch.adds += later.adds;
  batch.oldest = std::min(batch.oldest, later.oldest);
  if (batch.everything || later.everything) {
    Clear(batch);
    Clear(later);
    batch.everything = true;
    return;
  }
  batch.exact += later.exact;
  batch.bytes += later.bytes;
  std::move(later.writes.begin(), later.writes.end(), std::back_inserter(batch.writes));
}

void OutboxCore::Clear(OutboxBatch& batch) {
  CountBatch(batch, -1);
  statistics_.widened_writes += batch.exact;
  batch.writes.clear();
  batch.bytes = 0;
  batch.exact = 0;
}

// Everything counts as no write: it takes no memory.
void OutboxCore::CountBatch(const OutboxBatch& batch, int sign) {
  if (sign > 0) {
    writes_ += batch.writes.size();
    bytes_ += batch.bytes;
  } else {
    writes_ -= batch.writes.size();
    bytes_ -= batch.bytes;
  }
}

}  // namespace cache_invalidation::client::internal
