#include "client/internal/outbox_core.h"

#include <algorithm>
#include <iterator>
#include <map>
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

// Whether less precise writes might be accepted. An error about who is calling, or about the
// namespace, has nothing to do with them.
bool IsAboutTheWrites(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return false;
    default:
      return IsDefinitive(error);
  }
}

size_t BytesOf(const std::vector<WriteEvent>& writes) {
  size_t bytes = 0;
  for (const WriteEvent& write : writes) bytes += EncodedWriteBytes(write);
  return bytes;
}

}  // namespace

OutboxCore::OutboxCore(const WriteOutboxOptions& options, std::function<double()> random)
    : max_writes_(options.max_writes),
      max_bytes_(options.max_bytes),
      backoff_(options.backoff, random),
      patient_(kPatientBackoff, std::move(random)) {}

void OutboxCore::Add(UnsentWrites unsent) {
  if (unsent.writes.empty() && !unsent.everything) return;
  OutboxBatch batch{.namespace_name = std::move(unsent.namespace_name),
                    .everything = unsent.everything,
                    .oldest = ++added_};
  if (!batch.everything) batch.writes = std::move(unsent.writes);
  batch.exact = batch.writes.size();
  batch.bytes = BytesOf(batch.writes);
  const auto covering = std::find_if(queue_.begin(), queue_.end(), [&](const OutboxBatch& one) {
    return one.everything && one.namespace_name == batch.namespace_name;
  });
  CountBatch(batch, 1);
  if (covering != queue_.end()) {
    Append(std::move(batch), *covering);
  } else {
    queue_.push_back(std::move(batch));
  }
  FitIntoLimits();
}

std::optional<OutboxBatch> OutboxCore::Next(absl::Duration now) {
  if (sending_.has_value() || queue_.empty() || now < next_at_) return std::nullopt;
  OutboxBatch batch = std::move(queue_.front());
  queue_.pop_front();
  Fill(batch);
  sending_ = batch;
  return batch;
}

void OutboxCore::Fill(OutboxBatch& batch) {
  if (batch.everything) {
    // It covers all that waits for its namespace.
    for (auto one = queue_.begin(); one != queue_.end();) {
      if (one->namespace_name != batch.namespace_name) {
        ++one;
        continue;
      }
      Append(std::move(*one), batch);
      one = queue_.erase(one);
    }
    return;
  }
  while (!queue_.empty() && queue_.front().namespace_name == batch.namespace_name &&
         !queue_.front().everything &&
         queue_.front().writes.size() + batch.writes.size() <= kMaxWritesPerCommand &&
         queue_.front().bytes + batch.bytes <= kJoinedBytes) {
    Append(std::move(queue_.front()), batch);
    queue_.pop_front();
  }
}

void OutboxCore::Finish(const absl::Status& status, absl::Duration now) {
  OutboxBatch batch = *std::exchange(sending_, std::nullopt);
  statistics_.last_error = status;
  if (status.ok()) {
    CountBatch(batch, -1);
    statistics_.sent += batch.adds;
    backoff_.Reset();
    patient_.Reset();
    next_at_ = now;
    return;
  }
  ++statistics_.failed_calls;
  const bool may_be_accepted = IsAboutTheWrites(status) && !batch.everything;
  if (may_be_accepted) Widen(batch, /*to_everything=*/batch.exact == 0);
  next_at_ = now + (IsDefinitive(status) && !may_be_accepted ? patient_ : backoff_).Next();
  queue_.push_front(std::move(batch));
  FitIntoLimits();
}

absl::Duration OutboxCore::NextAt() const {
  return sending_.has_value() || queue_.empty() ? absl::InfiniteDuration() : next_at_;
}

uint64_t OutboxCore::OldestWaiting() const {
  uint64_t oldest = added_ + 1;
  if (sending_.has_value()) oldest = sending_->oldest;
  for (const OutboxBatch& batch : queue_) oldest = std::min(oldest, batch.oldest);
  return oldest;
}

std::vector<OutboxBatch> OutboxCore::TakeAll() {
  std::vector<OutboxBatch> all;
  if (sending_.has_value()) all.push_back(*std::exchange(sending_, std::nullopt));
  std::move(queue_.begin(), queue_.end(), std::back_inserter(all));
  queue_.clear();
  writes_ = 0;
  bytes_ = 0;
  return all;
}

WriteOutboxStatistics OutboxCore::Statistics() const {
  WriteOutboxStatistics statistics = statistics_;
  statistics.waiting_writes = writes_;
  statistics.waiting_bytes = bytes_;
  statistics.waiting_everything =
      std::count_if(queue_.begin(), queue_.end(), [](const auto& one) { return one.everything; });
  if (sending_.has_value() && sending_->everything) ++statistics.waiting_everything;
  statistics.added = added_;
  return statistics;
}

bool OutboxCore::Fits(size_t divisor) const {
  return writes_ <= max_writes_ / divisor && bytes_ <= max_bytes_ / divisor;
}

void OutboxCore::FitIntoLimits() {
  if (Fits(1)) return;
  WidenQueue(/*to_everything=*/false);
  // If the types take more than half, the next write soon widens all of them again.
  if (!Fits(2)) WidenQueue(/*to_everything=*/true);
}

void OutboxCore::WidenQueue(bool to_everything) {
  std::map<std::string, OutboxBatch> by_namespace;
  for (OutboxBatch& batch : std::exchange(queue_, {})) {
    const auto [found, is_new] = by_namespace.try_emplace(batch.namespace_name);
    if (is_new) {
      found->second = std::move(batch);
    } else {
      Append(std::move(batch), found->second);
    }
  }
  for (auto& [name, batch] : by_namespace) {
    if (!batch.everything) Widen(batch, to_everything);
    queue_.push_back(std::move(batch));
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
