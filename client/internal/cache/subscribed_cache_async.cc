// SPDX-License-Identifier: Apache-2.0

// How a SubscribedCache loads for a caller that does not wait.

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/own_load.h"
#include "client/internal/cache/subscribed_cache.h"
#include "client/internal/cache/value_type.h"

namespace cache_invalidation::client::internal {

// One call of GetOrLoadAsync.
struct SubscribedCache::AsyncLookup {
  std::string key;
  ValueType& type;
  std::function<UntypedValue(Load&)> run;
  ReadOptions options;
  Done done;
  std::optional<Arrival> arrival = {};
  bool has_run = false;  // its own loader; by the thread that ends the load
};

void SubscribedCache::GetOrLoadAsync(std::string key, ValueType& type,
                                     std::function<UntypedValue(Load&)> run,
                                     const ReadOptions& options, Done done) {
  const auto lookup = std::make_shared<AsyncLookup>(AsyncLookup{.key = std::move(key),
                                                                .type = type,
                                                                .run = std::move(run),
                                                                .options = options,
                                                                .done = std::move(done)});
  if (!options_.executor) {
    return Finish(*lookup, absl::FailedPreconditionError(
                               "GetOrLoadAsync needs TaggedCacheOptions::executor"));
  }
  if (IsForked() || !refused_.ok()) {
    return Finish(*lookup, Uncached(RunCaught(lookup->key, lookup->run)));
  }
  ReadOptions only_fresh = options;
  only_fresh.while_revalidating = false;
  Found found = Get(lookup->key, type, only_fresh);
  if (found.value == nullptr) return Continue(lookup);
  if (found.is_due) {
    const std::shared_ptr<Flight> refresh = core_->BeginRefresh(lookup->key, type, Now());
    if (refresh != nullptr) LeadInBackground(refresh, [&] { return lookup->run; });
  }
  Finish(*lookup, ResultOf(std::move(found)));
}

UntypedValue SubscribedCache::RunCaught(const std::string& key, Run run) {
  Load load(key, Position{});
  try {
    return run(load);
  } catch (const std::exception& exception) {
    return LoaderThrew(key, exception.what());
  } catch (...) {
    return LoaderThrew(key);
  }
}

void SubscribedCache::Continue(const std::shared_ptr<AsyncLookup>& lookup) {
  const absl::Duration now = Now();
  CacheCore::Attempt attempt = core_->BeginLoad(lookup->key, lookup->type, core_->IsOpen(now), now,
                                                lookup->options, CacheCore::RunsOn::kExecutor);
  if (!lookup->arrival.has_value()) lookup->arrival = attempt.arrival;
  const std::shared_ptr<Flight>& flight = attempt.flight;
  if (flight == nullptr) return Finish(*lookup, ResultOf(std::move(attempt.found)));
  if (&flight->type() != &lookup->type) {
    return Finish(*lookup, absl::FailedPreconditionError(
                               absl::StrCat(lookup->key, " is loaded as another type")));
  }
  if (attempt.found.value != nullptr) {
    LeadInBackground(flight, [&] { return lookup->run; });
    return Finish(*lookup, ResultOf(std::move(attempt.found)));
  }
  flight->OnEnded([self = shared_from_this(), lookup](const Flight& ended) {
    const bool may_use = lookup->has_run || ended.MayBeSharedWith(*lookup->arrival);
    if (!may_use) return self->Continue(lookup);
    if (!lookup->has_run) self->core_->CountSharedLoad(ended);
    self->Finish(*lookup, self->Outcome(lookup->key, lookup->type, ended.value(), lookup->options));
  });
  if (!attempt.leads) return;
  LeadInBackground(flight, [&] {
    return [lookup](Load& load) {
      lookup->has_run = true;
      return lookup->run(load);
    };
  });
}

void SubscribedCache::Finish(AsyncLookup& lookup, absl::StatusOr<Found> found) {
  try {
    lookup.done(std::move(found));
  } catch (...) {
    ++failed_callbacks_;
  }
}

}  // namespace cache_invalidation::client::internal
