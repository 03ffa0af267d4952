#include "client/internal/cache/departures.h"

#include <algorithm>

namespace cache_invalidation::client::internal {

void Departures::Record(size_t key_hash, uint64_t time) {
  if (time == 0) return;  // before the first load, so no load can ask
  uint64_t& last = last_[key_hash];
  if (last == time) return;
  last = time;
  order_.emplace_back(key_hash, time);
  if (order_.size() <= limit_) return;
  const auto [oldest, oldest_time] = order_.front();
  order_.pop_front();
  known_from_ = std::max(known_from_, oldest_time + 1);
  const auto found = last_.find(oldest);
  if (found != last_.end() && found->second == oldest_time) last_.erase(found);
}

void Departures::RecordAll(uint64_t time) {
  known_from_ = std::max(known_from_, time + 1);
  order_.clear();
  last_.clear();
}

bool Departures::HasDeparted(size_t key_hash, uint64_t time) const {
  if (time < known_from_) return true;
  const auto found = last_.find(key_hash);
  return found != last_.end() && found->second >= time;
}

}  // namespace cache_invalidation::client::internal
