// SPDX-License-Identifier: Apache-2.0

// How a SubscribedCache loads what it does not find, for a caller that waits.

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/discarded_entries.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/subscribed_cache.h"
#include "client/internal/cache/value_type.h"
#include "client/internal/cache/wait_graph.h"

namespace cache_invalidation::client::internal {
namespace {

ReadOptions WithoutStale(ReadOptions options) {
  options.while_revalidating = false;
  return options;
}

}  // namespace

absl::StatusOr<Found> SubscribedCache::ResultOf(Found found) {
  found = Noted(std::move(found));
  if (found.is_error) return *static_cast<const absl::Status*>(found.value.get());
  return found;
}

absl::StatusOr<Found> SubscribedCache::Uncached(UntypedValue value) {
  if (!value.ok()) return value.status();
  return Found{.value = *std::move(value)};
}

absl::StatusOr<Found> SubscribedCache::GetOrLoad(absl::string_view key, ValueType& type,
                                                 const UntypedLoader& loader,
                                                 const ReadOptions& options) {
  if (IsForked() || !refused_.ok()) {
    Load load(std::string(key), Position{});
    return Uncached(loader.run(load));
  }
  Found found = Get(key, type, WithoutStale(options));
  if (found.is_due && loader.can_copy) {
    const std::shared_ptr<Flight> refresh = core_->BeginRefresh(key, type, Now());
    if (refresh != nullptr) LeadInBackground(refresh, loader.copy);
  }
  if (found.value != nullptr) return ResultOf(std::move(found));
  const auto runs_on =
      loader.can_copy ? CacheCore::RunsOn::kAnyThread : CacheCore::RunsOn::kThisThread;
  const absl::Duration deadline = Now() + options.patience;
  std::optional<Arrival> arrival;
  while (true) {
    const absl::Duration now = Now();
    const bool is_open = core_->IsOpen(now);
    CacheCore::Attempt attempt = core_->BeginLoad(key, type, is_open, now, options, runs_on);
    if (!arrival.has_value()) arrival = attempt.arrival;
    if (attempt.flight == nullptr) return ResultOf(std::move(attempt.found));
    if (attempt.found.value != nullptr) {
      LeadInBackground(attempt.flight, loader.copy);
      return ResultOf(std::move(attempt.found));
    }
    Flight& flight = *attempt.flight;
    if (&flight.type() != &type) {
      return absl::FailedPreconditionError(absl::StrCat(key, " is loaded as another type"));
    }
    // A load in the queue of the executor may wait for the one that this caller runs.
    if (attempt.leads || flight.Claim()) return LeadFor(flight, loader.run, options);
    if (absl::Status status = Await(flight, deadline); !status.ok()) {
      return absl::IsFailedPrecondition(status) ? status : Outcome(key, type, status, options);
    }
    if (!flight.MayBeSharedWith(*arrival)) continue;
    core_->CountSharedLoad(flight);
    return Outcome(key, type, flight.value(), options);
  }
}

absl::StatusOr<Found> SubscribedCache::LeadFor(Flight& flight, Run run,
                                               const ReadOptions& options) {
  UntypedValue value;
  try {
    value = Lead(flight, run);
  } catch (...) {
    Found stale = AfterError(flight.key(), flight.type(), options);
    if (stale.value == nullptr) throw;
    return stale;
  }
  return Outcome(flight.key(), flight.type(), std::move(value), options);
}

absl::StatusOr<Found> SubscribedCache::Outcome(absl::string_view key, ValueType& type,
                                               UntypedValue value, const ReadOptions& options) {
  if (!value.ok() && !absl::IsNotFound(value.status())) {
    Found stale = AfterError(key, type, options);
    if (stale.value != nullptr) return stale;
  }
  return Uncached(std::move(value));
}

Found SubscribedCache::AfterError(absl::string_view key, ValueType& type,
                                  const ReadOptions& options) {
  if (!options.if_error || IsForked()) return {};
  const absl::Duration now = Now();
  return Noted(core_->FindAfterError(key, type, core_->IsOpen(now), now, options));
}

absl::Status SubscribedCache::Await(Flight& flight, absl::Duration deadline) {
  if (absl::Status status = waits_->Begin(flight); !status.ok()) return status;
  const bool has_ended = flight.Await(*clock_, deadline);
  waits_->End();
  if (has_ended) return absl::OkStatus();
  return absl::DeadlineExceededError(absl::StrCat("waited for the load of ", flight.key()));
}

std::shared_ptr<Flight> SubscribedCache::Queued(const std::shared_ptr<Flight>& flight) {
  return std::shared_ptr<Flight>(
      flight.get(), [self = shared_from_this(), flight](Flight*) { self->DropQueued(*flight); });
}

void SubscribedCache::LeadInBackground(const std::shared_ptr<Flight>& flight, CopyRun copy) {
  try {
    const std::shared_ptr<Flight> queued = Queued(flight);
    options_.executor(
        [self = shared_from_this(), queued, run = copy()] { self->RunQueued(*queued, run); });
  } catch (...) {
    ++failed_callbacks_;
  }
}

void SubscribedCache::RunQueued(Flight& flight, Run run) {
  if (IsForked() || !flight.Claim()) return;
  try {
    static_cast<void>(Lead(flight, run));
  } catch (...) {
    // Counted as a failed load, and none of the executor's concern.
  }
}

void SubscribedCache::DropQueued(Flight& flight) {
  if (IsForked() || !flight.Claim()) return;
  DiscardedEntries own;
  core_->EndLoad(flight, absl::UnavailableError("the executor did not run the load"), Now(),
                 Discarding(own));
}

}  // namespace cache_invalidation::client::internal
