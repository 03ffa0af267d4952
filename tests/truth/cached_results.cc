// SPDX-License-Identifier: Apache-2.0

#include "tests/truth/cached_results.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace cache_invalidation::truth {

using client::Event;
using client::Load;

namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

}  // namespace

CachedResults::CachedResults(const client::Client& client, Tally& tally)
    : client_(client), tally_(tally) {
  client::TaggedCacheOptions options{
      .name = "truth", .require_tags = false, .lease = absl::Seconds(60)};
  options.listener.on_event = [this](const Event& event) {
    MutexLock lock(mutex_);
    events_.push_back(event);
    seen_revision_ = event.revision;
    came_.NotifyAll();
  };
  options.listener.on_progress = [this](const client::SubscriptionProgress& progress) {
    MutexLock lock(mutex_);
    seen_revision_ = progress.position.revision;
    came_.NotifyAll();
  };
  cache_ = std::make_unique<client::TaggedCache<std::string>>(client_, std::move(options));
}

bool CachedResults::Await(const client::Position& position) {
  if (!cache_->AwaitLive(kPatience) || !cache_->AwaitApplied(position, kPatience)) return false;
  // The cache has applied the event; the listener may still be about to hear it.
  MutexLock lock(mutex_);
  while (seen_revision_ < position.revision) came_.Wait(mutex_);
  return true;
}

std::string CachedResults::Served(const QueryResult& result) const {
  if (!result.kind->is_shared) {
    const auto cached = cache_->Get(result.key);
    return cached ? *cached : "";
  }
  const auto stored = store_.find(result.key);
  if (stored == store_.end()) return "";
  const auto entry = client_.LookupEntry(result.key);
  return entry.ok() && entry->state == client::EntryState::kFresh ? stored->second : "";
}

std::vector<Event> CachedResults::TakeEvents() {
  MutexLock lock(mutex_);
  return std::exchange(events_, {});
}

std::string CachedResults::EventsAsText() const {
  MutexLock lock(mutex_);
  std::string out;
  for (const Event& event : events_) {
    for (const client::Invalidation& target : event.invalidations) {
      absl::StrAppend(&out, "  ", target.name);
      for (const uint32_t cause : target.causes) {
        absl::StrAppend(&out, " <- ", event.causes[cause].name);
        if (event.causes[cause].widened) absl::StrAppend(&out, " (widened)");
      }
      absl::StrAppend(&out, "\n");
    }
  }
  return out;
}

std::vector<std::string> CachedResults::Misses(const std::vector<QueryResult>& now) {
  const Reasons reasons(TakeEvents());
  std::vector<std::string> misses;
  absent_.clear();
  for (const QueryResult& result : now) {
    const auto last = filled_.find(result.key);
    if (last == filled_.end()) continue;
    const std::string served = Served(result);
    const bool has_changed = result.hash != last->second.hash;
    const bool is_hit = served.empty();
    tally_.Count(last->second, reasons, has_changed, is_hit);
    if (is_hit || has_changed) absent_.insert(result.key);
    if (is_hit || !has_changed) continue;
    misses.push_back(result.key);
    // Found once; the next change is to be found, too.
    cache_->Drop({}, {result.key});
    store_.erase(result.key);
  }
  return misses;
}

bool CachedResults::Fill(const std::vector<QueryResult>& now, const client::Position& position) {
  std::vector<QueryResult> for_store;
  bool all_kept = true;
  for (const QueryResult& result : now) {
    if (filled_.count(result.key) > 0 && absent_.count(result.key) == 0) continue;
    filled_[result.key] = result;
    if (result.kind->is_shared) {
      for_store.push_back(result);
    } else {
      all_kept &= FillCache(result);
    }
  }
  return (for_store.empty() || FillStore(for_store, position)) && all_kept;
}

bool CachedResults::FillCache(const QueryResult& result) const {
  const auto loaded = cache_->GetOrLoad(result.key, [&](Load& load) {
    for (const std::string& tag : result.tags) load.AddTag(tag);
    for (const std::string& key : result.depends_on) load.DependOnKey(key);
    return result.hash;
  });
  return loaded.ok() && cache_->Get(result.key);
}

bool CachedResults::FillStore(const std::vector<QueryResult>& results,
                              const client::Position& position) {
  std::vector<client::TrackedEntry> entries;
  for (const QueryResult& result : results) {
    entries.push_back({.key = result.key,
                       .tags = result.tags,
                       .depends_on = {.keys = result.depends_on},
                       .position = position});
  }
  const auto answer = client_.TrackEntries(entries);
  if (!answer.ok()) return false;
  for (size_t i = 0; i < results.size(); ++i) {
    if (answer->results[i].outcome != client::FillOutcome::kKept) return false;
    store_[results[i].key] = results[i].hash;
  }
  return true;
}

}  // namespace cache_invalidation::truth
