// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/catch_up.h"

#include <algorithm>
#include <utility>

#include "common/limits.h"

namespace cache_invalidation::delivery {
namespace {

// Size of one stretch: what fits into a message.
constexpr size_t kStretchBytes = kMaxSubscribeMessageBytes;

// How long a stretch is kept for the cursor that asked for it before it may be replaced. A stream
// takes its stretch at its next turn, a few milliseconds later under load; only streams that have
// ended never do.
constexpr absl::Duration kPatience = absl::Milliseconds(250);

}  // namespace

std::shared_ptr<const Stretch> CatchUp::FindKept(uint64_t channel_id, storage::PartPosition from) {
  for (Kept& kept : kept_) {
    if (kept.channel_id != channel_id || from < kept.from || from >= kept.end) continue;
    if (!kept.found) changed_.NotifyAll();
    kept.found = true;
    return kept.stretch;
  }
  return nullptr;
}

std::shared_ptr<const Stretch> CatchUp::Find(uint64_t channel_id, storage::PartPosition from) {
  MutexLock lock(mutex_);
  return FindKept(channel_id, from);
}

std::shared_ptr<const Stretch> CatchUp::FindOrAsk(uint64_t channel_id,
                                                  absl::string_view namespace_name,
                                                  storage::PartPosition from) {
  MutexLock lock(mutex_);
  std::shared_ptr<const Stretch> stretch = FindKept(channel_id, from);
  if (stretch != nullptr) return stretch;
  if (!queued_.insert({channel_id, from.revision, from.number}).second) return nullptr;
  queue_.push_back({channel_id, std::string(namespace_name), from});
  changed_.NotifyAll();
  return nullptr;
}

size_t CatchUp::Unfound() const {
  return std::count_if(kept_.begin(), kept_.end(), [](const Kept& kept) { return !kept.found; });
}

bool CatchUp::AwaitWork() {
  MutexLock lock(mutex_);
  while (!stopped_) {
    if (queue_.empty()) {
      changed_.Wait(mutex_);
      continue;
    }
    if (Unfound() < kMaxCatchUpRequests) return true;
    const absl::Duration patience_ends = kept_.front().read_at + kPatience;
    if (clock_.Monotonic() >= patience_ends) return true;
    (void)clock_.WaitUntil(mutex_, changed_, patience_ends);
  }
  return false;
}

std::optional<uint64_t> CatchUp::ReadNext() {
  Request request;
  {
    MutexLock lock(mutex_);
    if (queue_.empty()) return std::nullopt;
    request = queue_.front();
  }
  Kept kept = Read(request);
  MutexLock lock(mutex_);
  // Only now, so that it is not requested a second time meanwhile.
  queued_.erase(request.place());
  queue_.pop_front();
  Keep(std::move(kept));
  return request.channel_id;
}

CatchUp::Kept CatchUp::Read(const Request& request) const {
  auto chunks = store_.ReadChunks(request.namespace_name, request.from, kStretchBytes);
  const absl::StatusCode outcome = chunks.status().code();
  size_t bytes = 0;
  // The history was trimmed meanwhile, or cannot be read: to the cursor both are a gap.
  Kept kept = {.channel_id = request.channel_id,
               .from = request.from,
               .end = {request.from.revision, request.from.number + 1},
               .stretch = std::make_shared<const Stretch>(),
               .read_at = clock_.Monotonic(),
               .found = false};
  if (chunks.ok() && !chunks->empty()) {
    for (const std::shared_ptr<const wire::Chunk>& chunk : *chunks) bytes += chunk->bytes.size();
    kept.end = storage::PositionAfter(chunks->back()->parts.back());
    kept.stretch = std::make_shared<const Stretch>(*std::move(chunks));
  }
  observer_.OnCatchUpRead(outcome, bytes);
  return kept;
}

void CatchUp::Keep(Kept kept) {
  if (kept_.size() == kMaxCatchUpRequests) {
    // A stretch that was found is not needed any more; of the others the oldest goes first.
    const auto found = std::find_if(kept_.begin(), kept_.end(),
                                    [](const Kept& candidate) { return candidate.found; });
    kept_.erase(found == kept_.end() ? kept_.begin() : found);
  }
  kept_.push_back(std::move(kept));
}

void CatchUp::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.NotifyAll();
}

}  // namespace cache_invalidation::delivery
