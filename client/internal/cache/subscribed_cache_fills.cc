// SPDX-License-Identifier: Apache-2.0

// How a SubscribedCache runs loads, and keeps their values.

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_map.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/discarded_entries.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/own_load.h"
#include "client/internal/cache/subscribed_cache.h"
#include "client/internal/cache/value_type.h"
#include "common/limits.h"

namespace cache_invalidation::client::internal {
namespace {

// The caller waits for the registration of its value. Without it, the value is merely not kept.
constexpr absl::Duration kRegistrationDeadline = absl::Seconds(1);

// The service must forget an entry later than the cache does, because it does not invalidate
// entries that it has forgotten, and clocks drift.
constexpr double kServiceTtlFactor = 1.1;
constexpr absl::Duration kServiceTtlMargin = absl::Seconds(1);

// The loads that a thread runs. Those of a loader that is called by another one are inside.
struct RunningLoads {
  const SubscribedCache& cache;
  absl::Span<OwnLoad* const> own;
  RunningLoads* const outside;
  bool has_returned = false;        // the loader; not all loads have ended yet
  DiscardedEntries discarded = {};  // meanwhile, if none of the loads outside is of the same cache
};
thread_local RunningLoads* innermost_loads = nullptr;

// Returns the entry to register. `own_tags`: what the loader declared as tags.
TrackedEntry EntryFor(const Draft& draft, const std::vector<std::string>& own_tags) {
  const EntryNames& names = draft.resolution.names;
  const Flight& flight = draft.own->flight;
  TrackedEntry entry{
      .key = flight.key(), .depends_on = {.keys = names.keys}, .position = flight.start().position};
  // The service looks for them again. It need not know those that are cached here.
  entry.only_tracked_keys = draft.resolution.unknown_keys.size() == names.keys.size();
  // The entry's own tags are registered as its tags, up to the limit of the service. All others are
  // registered as what it was computed from, with the same effect.
  for (const std::string& tag : names.tags) {
    const bool is_own = std::find(own_tags.begin(), own_tags.end(), tag) != own_tags.end();
    const bool fits = entry.tags.size() < kMaxTagsPerEntry;
    (is_own && fits ? entry.tags : entry.depends_on.tags).push_back(tag);
  }
  const absl::Duration service_ttl = draft.ttl() * kServiceTtlFactor + kServiceTtlMargin;
  if (service_ttl <= kMaxTtl) entry.ttl = service_ttl;
  return entry;
}

}  // namespace

UntypedValue SubscribedCache::Lead(Flight& flight, Run run) {
  OwnLoad own(flight, /*index=*/0);
  OwnLoad* const only = &own;
  LeadAll({&only, 1}, [&] { own.value = run(own.load); });
  return std::move(own.value);
}

void SubscribedCache::LeadAll(absl::Span<OwnLoad* const> own, absl::FunctionRef<void()> run) {
  RunningLoads running{.cache = *this, .own = own, .outside = innermost_loads};
  innermost_loads = &running;
  // Others wait, so the loads end whatever the loader does.
  const absl::Cleanup end = [&] {
    running.has_returned = true;
    if (IsForked()) {
      running.discarded.Abandon();
    } else {
      for (OwnLoad* const each : own) {
        if (!each->has_ended) End(*each, absl::Status(each->value.status()));
      }
    }
    innermost_loads = running.outside;
  };
  const auto threw = [&](std::optional<absl::string_view> what) {
    for (OwnLoad* const each : own) each->value = LoaderThrew(each->flight.key(), what);
  };
  const absl::Duration now = Now();
  for (OwnLoad* const each : own) each->began = now;
  try {
    run();
    running.has_returned = true;
    if (IsForked()) return;  // the loader forked, and this is the child
    Keep(own);
  } catch (const std::exception& exception) {
    threw(exception.what());
    throw;
  } catch (...) {
    threw(std::nullopt);
    throw;
  }
}

Found SubscribedCache::Noted(Found found) {
  if (!found.is_stale) return found;
  for (const RunningLoads* running = innermost_loads; running != nullptr;
       running = running->outside) {
    if (running->has_returned) continue;
    for (OwnLoad* const each : running->own) each->rests_on_stale = true;
  }
  return found;
}

void SubscribedCache::Keep(absl::Span<OwnLoad* const> own) {
  // A value takes over the names of what it was computed from. Before that has ended there are
  // none, or those of the value that it replaces.
  std::vector<Draft> asking;
  for (OwnLoad* const each : InOrder(own)) {
    if (!asking.empty() && RestsOnUnended(*each)) EndAsking(asking);
    std::optional<Draft> draft = DraftOf(*each);
    if (!draft.has_value()) {
      End(*each, absl::Status(each->value.status()));
    } else if (draft->asks_service && draft->resolution.names_known) {
      asking.push_back(*std::move(draft));
    } else {
      End(*each, FillOf(*std::move(draft)));
    }
  }
  EndAsking(asking);
}

void SubscribedCache::EndAsking(std::vector<Draft>& asking) {
  if (asking.empty()) return;
  AskService(asking);
  for (Draft& draft : asking) {
    OwnLoad& each = *draft.own;
    End(each, FillOf(std::move(draft)));
  }
  asking.clear();
}

std::vector<OwnLoad*> SubscribedCache::InOrder(absl::Span<OwnLoad* const> own) {
  std::vector<OwnLoad*> ordered(own.begin(), own.end());
  const auto has_parts = [](const OwnLoad* each) {
    return !each->load.depends_on_.keys.empty() || !each->load.depends_on_.names.empty();
  };
  if (own.size() == 1 || std::none_of(own.begin(), own.end(), has_parts)) return ordered;
  ordered.clear();
  absl::flat_hash_map<absl::string_view, OwnLoad*> by_key;
  for (OwnLoad* const each : own) by_key.emplace(each->flight.key(), each);
  // Depth first, without recursion: the last one waits for those that it was computed from.
  std::vector<OwnLoad*> waiting(own.rbegin(), own.rend());
  while (!waiting.empty()) {
    OwnLoad& each = *waiting.back();
    if (each.place != OwnLoad::Place::kNone) {
      waiting.pop_back();
      if (each.place == OwnLoad::Place::kEntered) ordered.push_back(&each);
      each.place = OwnLoad::Place::kFound;
      continue;
    }
    each.place = OwnLoad::Place::kEntered;
    for (const auto* const names : {&each.load.depends_on_.keys, &each.load.depends_on_.names}) {
      for (const std::string& name : *names) {
        const auto part = by_key.find(name);
        if (part == by_key.end() || part->second->place != OwnLoad::Place::kNone) continue;
        waiting.push_back(part->second);
      }
    }
  }
  return ordered;
}

bool SubscribedCache::RestsOnUnended(const OwnLoad& own) const {
  const auto is_loading = [&](const std::string& name) {
    return name != own.flight.key() && core_->IsLoading(name);
  };
  const DependencyNames& parts = own.load.depends_on_;
  return std::any_of(parts.keys.begin(), parts.keys.end(), is_loading) ||
         std::any_of(parts.names.begin(), parts.names.end(), is_loading);
}

void SubscribedCache::End(OwnLoad& own, absl::StatusOr<Fill> fill) {
  own.has_ended = true;
  const absl::Duration now = Now();
  DiscardedEntries none;  // this thread still runs the load
  core_->EndLoad(own.flight, std::move(fill), now, Discarding(none),
                 {.took = now - own.began, .rests_on_stale = own.rests_on_stale});
}

DiscardedEntries& SubscribedCache::Discarding(DiscardedEntries& own) const {
  DiscardedEntries* discarding = &own;
  for (RunningLoads* running = innermost_loads; running != nullptr; running = running->outside) {
    if (&running->cache == this) discarding = &running->discarded;
  }
  return *discarding;
}

std::optional<Draft> SubscribedCache::DraftOf(OwnLoad& own) {
  Draft draft{.own = &own, .is_error = !own.value.ok(), .now = Now()};
  const Load& load = own.load;
  if (draft.is_error) {
    const absl::Duration ttl = own.flight.type().options().not_found_ttl;
    if (!absl::IsNotFound(own.value.status()) || ttl <= absl::ZeroDuration()) return std::nullopt;
    draft.own_ttl = std::min(ttl, load.ttl_.value_or(ttl));
  } else {
    draft.own_ttl = TimeToLive(load);
  }
  draft.resolution = core_->Resolve(own.flight, load.tags_, load.depends_on_, draft.now);
  if (own.rests_on_stale || RestsOnUnended(own)) draft.resolution.names_known = false;
  draft.asks_service = draft.resolution.needs_service || load.is_shared_;
  return draft;
}

bool SubscribedCache::IsWanted(const Draft& draft) {
  return draft.own->load.is_wanted_ && draft.ttl() > absl::ZeroDuration();
}

Fill SubscribedCache::FillOf(Draft draft) {
  OwnLoad& own = *draft.own;
  ValueType& type = own.flight.type();
  const EntryNames& names = draft.resolution.names;
  const absl::Duration ttl = draft.ttl();
  Fill fill{.is_error = draft.is_error,
            .names_known = draft.resolution.names_known,
            .needs_service = draft.resolution.needs_service,
            .is_wanted = IsWanted(draft),
            .expires = draft.now + ttl,
            .weight = own.load.weight_.value_or(1)};
  if (draft.is_error) {
    fill.value = std::make_shared<const absl::Status>(own.value.status());
  } else {
    fill.value = *own.value;
  }
  fill.is_untagged = fill.is_wanted && names.tags.empty() && names.keys.empty() &&
                     !own.load.is_shared_ && ttl == absl::InfiniteDuration();
  if (fill.is_untagged && options_.require_tags) fill.is_wanted = false;
  if (!draft.is_error && !own.load.weight_.has_value() && type.options().weigher) {
    try {
      fill.weight = type.options().weigher(fill.value.get());
    } catch (...) {
      ++type.failures();
      fill.is_wanted = false;
    }
  }
  fill.names = std::move(draft.resolution.names);
  return fill;
}

absl::Duration SubscribedCache::TimeToLive(const Load& load) {
  const absl::Duration ttl = load.ttl_.value_or(options_.ttl);
  if (ttl == absl::InfiniteDuration()) return ttl;
  double part = 1;  // of the jitter; all of it if the source of random numbers fails
  try {
    const double random = random_();
    if (random >= 0 && random < 1) part = random;
  } catch (...) {
    ++failed_callbacks_;
  }
  return ttl * (1 - options_.ttl_jitter * part);
}

void SubscribedCache::AskService(std::vector<Draft>& drafts) {
  PartLookups lookups{.asked_at = Now()};
  // Without the service the calls would only take time.
  const bool is_open = core_->IsOpen(lookups.asked_at);
  std::vector<Draft*> registering;
  for (Draft& draft : drafts) {
    const bool is_known = draft.own->load.is_wanted_ && is_open && AskForParts(draft, lookups);
    draft.resolution.names_known = is_known && IsWanted(draft);
    if (draft.resolution.names_known) registering.push_back(&draft);
  }
  for (size_t i = 0; i < registering.size(); i += kMaxEntriesPerCall) {
    Register(absl::MakeConstSpan(registering).subspan(i, kMaxEntriesPerCall));
  }
}

bool SubscribedCache::AskForParts(Draft& draft, PartLookups& lookups) {
  Resolution& resolution = draft.resolution;
  for (const std::string& key : resolution.unknown_keys) {
    auto found = lookups.parts.find(key);
    if (found == lookups.parts.end()) {
      const absl::Duration left = lookups.asked_at + kRegistrationDeadline - Now();
      if (left <= absl::ZeroDuration()) return false;
      found = lookups.parts.emplace(key, client_.LookupEntry(key, {.deadline = left})).first;
    }
    const absl::StatusOr<EntryLookup>& part = found->second;
    if (!part.ok() || !IsAnswerFor(draft, part->position)) return false;
    if (part->state == EntryState::kAbsent) {
      MutexLock lock(unknown_mutex_);
      ++fills_on_unknown_keys_;
      last_unknown_key_ = key;
    }
    if (part->state != EntryState::kFresh) return false;
    if (part->ttl.has_value()) {
      resolution.expires = std::min(resolution.expires, lookups.asked_at + *part->ttl);
    }
  }
  return true;
}

bool SubscribedCache::IsAnswerFor(const Draft& draft, const Position& answer) {
  return core_->IsAnswerOf(draft.own->flight.start().position, answer, Now());
}

void SubscribedCache::Register(absl::Span<Draft* const> drafts) {
  std::vector<TrackedEntry> entries;
  for (const Draft* const draft : drafts) {
    entries.push_back(EntryFor(*draft, draft->own->load.tags_));
  }
  const absl::StatusOr<TrackEntriesResult> result =
      client_.TrackEntries(std::move(entries), {.deadline = kRegistrationDeadline});
  const bool has_all = result.ok() && result->results.size() == drafts.size();
  for (size_t i = 0; i < drafts.size(); ++i) {
    drafts[i]->resolution.names_known = has_all && IsAnswerFor(*drafts[i], result->position) &&
                                        result->results[i].outcome == FillOutcome::kKept;
  }
}

}  // namespace cache_invalidation::client::internal
