// How a SubscribedCache loads what it does not find.

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/subscribed_cache.h"
#include "common/limits.h"

namespace cache_invalidation::client::internal {
namespace {

// The caller waits for the registration of its value. Without it, the value is merely not kept.
constexpr absl::Duration kRegistrationDeadline = absl::Seconds(1);

// The service must forget an entry later than the cache does, because it does not invalidate
// entries that it has forgotten, and clocks drift.
constexpr double kServiceTtlFactor = 1.1;
constexpr absl::Duration kServiceTtlMargin = absl::Seconds(1);

ReadOptions WithoutMarked(ReadOptions options) {
  options.while_revalidating = false;
  return options;
}

}  // namespace

absl::StatusOr<Found> SubscribedCache::GetOrLoad(absl::string_view key, TypeToken type,
                                                 const UntypedLoader& loader,
                                                 const ReadOptions& options) {
  if (IsForked() || !refused_.ok()) {
    Load load(std::string(key), Position{});
    UntypedValue value = loader.run(load);
    if (!value.ok()) return value.status();
    return Found{.value = *std::move(value)};
  }
  Found found = Get(key, type, WithoutMarked(options));
  if (found.value != nullptr) return found;
  const absl::Duration deadline = Now() + options.patience;
  std::optional<Arrival> arrival;
  while (true) {
    const absl::Duration now = Now();
    const bool is_open = core_->IsOpen(now);
    CacheCore::Attempt attempt = core_->BeginLoad(key, type, is_open, now, options);
    if (!arrival.has_value()) arrival = attempt.arrival;
    if (attempt.flight == nullptr) return std::move(attempt.found);
    if (attempt.found.value != nullptr) {
      LeadInBackground(attempt.flight, loader);
      return std::move(attempt.found);
    }
    Flight& flight = *attempt.flight;
    if (flight.type() != type) {
      return absl::FailedPreconditionError(absl::StrCat(key, " is loaded as another type"));
    }
    UntypedValue value;
    // A load in the queue of the executor may wait for the one that this caller runs.
    if (attempt.leads || flight.Claim()) {
      value = Lead(flight, loader.run);
    } else {
      if (absl::Status status = Await(flight, deadline); !status.ok()) return status;
      if (!flight.MayBeSharedWith(*arrival)) continue;
      core_->CountSharedLoad(flight);
      value = flight.value();
    }
    if (!value.ok()) return value.status();
    return Found{.value = *std::move(value)};
  }
}

absl::Status SubscribedCache::Await(Flight& flight, absl::Duration deadline) {
  if (flight.IsRunByThisThread()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the load of ", flight.key(), " needs itself"));
  }
  if (!flight.Await(*clock_, deadline)) {
    return absl::DeadlineExceededError(absl::StrCat("waited for the load of ", flight.key()));
  }
  return absl::OkStatus();
}

UntypedValue SubscribedCache::Lead(Flight& flight, Run run) {
  const auto threw = [&](absl::string_view what) {
    return absl::UnknownError(absl::StrCat("the loader of ", flight.key(), " threw", what));
  };
  absl::StatusOr<Fill> fill = absl::UnknownError("");
  // Others wait, so the load ends whatever the loader does.
  const absl::Cleanup end = [&] {
    if (!IsForked()) core_->EndLoad(flight, std::move(fill), Now());
  };
  try {
    Load load(flight.key(), flight.start().position);
    UntypedValue value = run(load);
    if (IsForked()) return value;  // the loader forked, and this is the child
    if (value.ok()) {
      fill = MakeFill(flight, load, *value);
    } else {
      fill = value.status();
    }
    return value;
  } catch (const std::exception& exception) {
    fill = threw(absl::StrCat(": ", exception.what()));
    throw;
  } catch (...) {
    fill = threw(" something that is no std::exception");
    throw;
  }
}

void SubscribedCache::LeadInBackground(const std::shared_ptr<Flight>& flight,
                                       const UntypedLoader& loader) {
  try {
    auto self = shared_from_this();
    // Ends the load if it is never run: others may wait for it.
    const std::shared_ptr<Flight> queued(flight.get(),
                                         [self, flight](Flight*) { self->DropQueued(*flight); });
    options_.executor([self, queued, run = loader.copy()] { self->RunQueued(*queued, run); });
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
  core_->EndLoad(flight, absl::UnavailableError("the executor did not run the load"), Now());
}

Fill SubscribedCache::MakeFill(const Flight& flight, const Load& load,
                               std::shared_ptr<const void> value) {
  // The time to live begins before the registration, so that it ends here first.
  const absl::Duration now = Now();
  Resolution resolution = core_->Resolve(flight, load.tags_, load.depends_on_, now);
  const bool asks_service = resolution.needs_service || load.is_shared_;
  if (asks_service && resolution.names_known) {
    resolution.names_known = load.is_wanted_ && AskForParts(resolution);
  }
  const absl::Duration ttl = std::min(TimeToLive(load), resolution.expires - now);
  const bool is_wanted = load.is_wanted_ && ttl > absl::ZeroDuration();
  if (asks_service && resolution.names_known) {
    resolution.names_known = is_wanted && Register(flight, load, resolution, ttl);
  }
  return {.value = std::move(value),
          .names = std::move(resolution.names),
          .names_known = resolution.names_known,
          .needs_service = resolution.needs_service,
          .is_wanted = is_wanted,
          .expires = now + ttl,
          .weight = load.weight_};
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

bool SubscribedCache::AskForParts(Resolution& resolution) {
  const absl::Duration now = Now();
  // Without the service the call would only take time.
  if (!core_->IsOpen(now)) return false;
  for (const std::string& key : resolution.unknown_keys) {
    const absl::Duration left = now + kRegistrationDeadline - Now();
    if (left <= absl::ZeroDuration()) return false;
    const absl::StatusOr<EntryLookup> part = client_.LookupEntry(key, {.deadline = left});
    if (!part.ok()) return false;
    if (part->state == EntryState::kAbsent) {
      MutexLock lock(unknown_mutex_);
      ++fills_on_unknown_keys_;
      last_unknown_key_ = key;
    }
    if (part->state != EntryState::kFresh) return false;
    if (part->ttl.has_value()) {
      resolution.expires = std::min(resolution.expires, now + *part->ttl);
    }
  }
  return true;
}

bool SubscribedCache::Register(const Flight& flight, const Load& load, const Resolution& resolution,
                               absl::Duration ttl) {
  const EntryNames& names = resolution.names;
  TrackedEntry entry{
      .key = flight.key(), .depends_on = {.keys = names.keys}, .position = flight.start().position};
  // The service looks for them again. It need not know those that are cached here.
  entry.only_tracked_keys = resolution.unknown_keys.size() == names.keys.size();
  // The entry's own tags are registered as its tags, up to the limit of the service. All others are
  // registered as what it was computed from, with the same effect.
  for (const std::string& tag : names.tags) {
    const bool is_own = std::find(load.tags_.begin(), load.tags_.end(), tag) != load.tags_.end();
    const bool fits = entry.tags.size() < kMaxTagsPerEntry;
    (is_own && fits ? entry.tags : entry.depends_on.tags).push_back(tag);
  }
  const absl::Duration service_ttl = ttl * kServiceTtlFactor + kServiceTtlMargin;
  if (service_ttl <= kMaxTtl) entry.ttl = service_ttl;
  const absl::StatusOr<TrackEntriesResult> result =
      client_.TrackEntries({std::move(entry)}, {.deadline = kRegistrationDeadline});
  return result.ok() && result->results.size() == 1 &&
         result->results.front().outcome == FillOutcome::kKept;
}

}  // namespace cache_invalidation::client::internal
