// SPDX-License-Identifier: Apache-2.0

// How a SubscribedCache loads several keys with one call of a loader.

#include <deque>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/own_load.h"
#include "client/internal/cache/subscribed_cache.h"
#include "client/internal/cache/value_type.h"

namespace cache_invalidation::client::internal {

// One call of GetOrLoadMany. A place is an index of `keys`; of equal keys, the first is looked up.
struct SubscribedCache::ManyLookup {
  absl::Span<const std::string> keys;
  ValueType& type;
  const UntypedManyLoader& loader;
  const ReadOptions& options;
  absl::Duration deadline;
  std::vector<absl::StatusOr<Found>> results;  // by place
  std::vector<std::optional<Arrival>> arrivals;
};

void SubscribedCache::LoadUncached(ManyLookup& lookup, const std::vector<size_t>& places) {
  if (places.empty()) return;
  std::deque<Load> loads;
  std::vector<Load*> missing;
  for (const size_t place : places) {
    missing.push_back(&loads.emplace_back(lookup.keys[place], Position{}, place));
  }
  UntypedValues values = lookup.loader.run(missing);
  for (size_t i = 0; i < places.size(); ++i) {
    lookup.results[places[i]] = Uncached(std::move(values[i]));
  }
}

std::vector<absl::StatusOr<Found>> SubscribedCache::GetOrLoadMany(
    absl::Span<const std::string> keys, ValueType& type, const UntypedManyLoader& loader,
    const ReadOptions& options) {
  ManyLookup lookup{.keys = keys,
                    .type = type,
                    .loader = loader,
                    .options = options,
                    .deadline = absl::ZeroDuration(),
                    .results = {},
                    .arrivals = {}};
  std::vector<absl::StatusOr<Found>>& results = lookup.results;
  results.assign(keys.size(), Found());
  if (keys.empty()) return results;
  if (IsForked() || !refused_.ok()) {
    std::vector<size_t> all(keys.size());
    std::iota(all.begin(), all.end(), 0);
    LoadUncached(lookup, all);
    return results;
  }
  const absl::Duration now = Now();
  const bool is_open = core_->IsOpen(now);
  lookup.deadline = now + options.patience;
  lookup.arrivals.resize(keys.size());
  ReadOptions only_fresh = options;
  only_fresh.while_revalidating = false;
  absl::flat_hash_map<absl::string_view, size_t> places;
  std::vector<size_t> missing;
  Flights refreshes;
  for (size_t place = 0; place < keys.size(); ++place) {
    if (!places.emplace(keys[place], place).second) continue;
    Found found = core_->Find(keys[place], type, is_open, now, only_fresh);
    if (found.is_due && loader.can_copy) {
      std::shared_ptr<Flight> refresh = core_->BeginRefresh(keys[place], type, now);
      if (refresh != nullptr) refreshes.push_back({std::move(refresh), place});
    }
    if (found.value == nullptr) missing.push_back(place);
    results[place] = ResultOf(std::move(found));
  }
  LeadManyInBackground(refreshes, loader);
  while (!missing.empty()) missing = LoadMissing(lookup, missing);
  for (size_t place = 0; place < keys.size(); ++place) {
    const size_t first = places[keys[place]];
    if (first != place) results[place] = results[first];
  }
  return std::move(results);
}

std::vector<size_t> SubscribedCache::LoadMissing(ManyLookup& lookup,
                                                 const std::vector<size_t>& places) {
  const auto runs_on =
      lookup.loader.can_copy ? CacheCore::RunsOn::kAnyThread : CacheCore::RunsOn::kThisThread;
  ValueType& type = lookup.type;
  Flights own;
  Flights others;
  Flights background;
  for (const size_t place : places) {
    const std::string& key = lookup.keys[place];
    absl::StatusOr<Found>& result = lookup.results[place];
    const absl::Duration now = Now();
    CacheCore::Attempt attempt =
        core_->BeginLoad(key, type, core_->IsOpen(now), now, lookup.options, runs_on);
    std::optional<Arrival>& arrival = lookup.arrivals[place];
    if (!arrival.has_value()) arrival = attempt.arrival;
    if (attempt.flight == nullptr) {
      result = ResultOf(std::move(attempt.found));
    } else if (attempt.found.value != nullptr) {
      background.push_back({std::move(attempt.flight), place});
      result = ResultOf(std::move(attempt.found));
    } else if (&attempt.flight->type() != &type) {
      result = absl::FailedPreconditionError(absl::StrCat(key, " is loaded as another type"));
    } else {
      const bool is_own = attempt.leads || attempt.flight->Claim();
      (is_own ? own : others).push_back({std::move(attempt.flight), place});
    }
  }
  LeadManyInBackground(background, lookup.loader);
  // The own loads end before this thread waits for others, which may wait for them.
  if (!own.empty()) LeadOwn(lookup, own);
  std::vector<size_t> again;
  if (IsForked()) {  // by the loader, and this is the child: no thread runs the loads of others
    for (const PlacedFlight& other : others) again.push_back(other.place);
    LoadUncached(lookup, again);
    return {};
  }
  for (const auto& [shared, place] : others) {
    Flight& flight = *shared;
    absl::StatusOr<Found>& result = lookup.results[place];
    if (absl::Status status = Await(flight, lookup.deadline); absl::IsFailedPrecondition(status)) {
      result = std::move(status);
    } else if (!status.ok()) {
      result = Outcome(flight.key(), type, std::move(status), lookup.options);
    } else if (!flight.MayBeSharedWith(*lookup.arrivals[place])) {
      again.push_back(place);
    } else {
      core_->CountSharedLoad(flight);
      result = Outcome(flight.key(), type, flight.value(), lookup.options);
    }
  }
  return again;
}

void SubscribedCache::LeadOwn(ManyLookup& lookup, const Flights& flights) {
  UntypedValues values;
  try {
    values = LeadMany(flights, lookup.loader.run);
  } catch (...) {
    for (const auto& [flight, place] : flights) {
      Found stale = AfterError(flight->key(), lookup.type, lookup.options);
      if (stale.value == nullptr) throw;
      lookup.results[place] = std::move(stale);
    }
    return;
  }
  for (size_t i = 0; i < flights.size(); ++i) {
    const auto& [flight, place] = flights[i];
    lookup.results[place] =
        Outcome(flight->key(), lookup.type, std::move(values[i]), lookup.options);
  }
}

UntypedValues SubscribedCache::LeadMany(const Flights& flights, ManyRun run) {
  std::deque<OwnLoad> own;
  std::vector<OwnLoad*> all;
  std::vector<Load*> loads;
  for (const auto& [flight, place] : flights) {
    all.push_back(&own.emplace_back(*flight, place));
    loads.push_back(&own.back().load);
  }
  LeadAll(all, [&] {
    UntypedValues values = run(loads);
    for (size_t i = 0; i < own.size(); ++i) own[i].value = std::move(values[i]);
  });
  UntypedValues values;
  for (OwnLoad& each : own) values.push_back(std::move(each.value));
  return values;
}

void SubscribedCache::LeadManyInBackground(const Flights& flights,
                                           const UntypedManyLoader& loader) {
  if (flights.empty()) return;
  try {
    Flights queued;
    for (const auto& [flight, place] : flights) queued.push_back({Queued(flight), place});
    options_.executor([self = shared_from_this(), queued, run = loader.copy()] {
      if (self->IsForked()) return;
      Flights claimed;
      for (const PlacedFlight& each : queued) {
        if (each.flight->Claim()) claimed.push_back(each);
      }
      if (claimed.empty()) return;
      try {
        static_cast<void>(self->LeadMany(claimed, run));
      } catch (...) {
        // Counted as failed loads, and none of the executor's concern.
      }
    });
  } catch (...) {
    ++failed_callbacks_;
  }
}

}  // namespace cache_invalidation::client::internal
