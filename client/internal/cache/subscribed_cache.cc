#include "client/internal/cache/subscribed_cache.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "client/internal/backoff.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/change.h"
#include "client/internal/cache/check_options.h"
#include "client/internal/cache/entry.h"
#include "client/internal/cache/flight.h"
#include "common/limits.h"
#include "common/real_clock.h"

namespace cache_invalidation::client::internal {
namespace {

// The caller waits for the registration of its value. Without it, the value is merely not kept.
constexpr absl::Duration kRegistrationDeadline = absl::Seconds(1);

// The service must forget an entry later than the cache does, because it does not invalidate
// entries that it has forgotten, and clocks drift.
constexpr double kServiceTtlFactor = 1.1;
constexpr absl::Duration kServiceTtlMargin = absl::Seconds(1);

std::shared_ptr<Clock> ClockOf(const TaggedCacheOptions& options) {
  if (options.clock == nullptr) return std::make_shared<RealClock>();
  return {std::shared_ptr<void>(), options.clock};  // not owned
}

CacheCoreOptions CoreOptions(const TaggedCacheOptions& options) {
  return {.max_entries = options.max_entries,
          .max_weight = options.max_weight,
          .remembered_names = options.remembered_names,
          .filter = SubscriptionFilter(options.tags, options.key_prefixes),
          .keep_refused_for = options.keep_refused_for,
          .refusals_before_keep = options.refusals_before_keep,
          .loads_in_background = options.executor != nullptr};
}

ReadOptions WithoutMarked(ReadOptions options) {
  options.while_revalidating = false;
  return options;
}

}  // namespace

std::shared_ptr<SubscribedCache> SubscribedCache::Open(const Client& client,
                                                       TaggedCacheOptions options) {
  // A forked child does not destroy it: the thread of the subscription does not exist there, and
  // data that a thread was changing may be inconsistent.
  return std::shared_ptr<SubscribedCache>(new SubscribedCache(client, std::move(options)),
                                          [](SubscribedCache* cache) {
                                            if (!cache->IsForked()) delete cache;
                                          });
}

SubscribedCache::SubscribedCache(Client client, TaggedCacheOptions options)
    : options_(std::move(options)),
      refused_(CheckOptions(options_)),
      clock_(ClockOf(options_)),
      random_(options_.random ? options_.random : MakeRandom()),
      client_(std::move(client)),
      core_(std::make_unique<CacheCore>(CoreOptions(options_), clock_->Monotonic())),
      patterns_(std::make_unique<CompiledPatterns>(kMaxCompiledPatterns)),
      status_(refused_) {
  if (!refused_.ok()) return;
  subscription_ = client_.Subscribe({.name = options_.name,
                                     .tags = options_.tags,
                                     .key_prefixes = options_.key_prefixes,
                                     .acknowledgement = Acknowledgement::kAutomatic,
                                     .lease = options_.lease},
                                    Callbacks());
}

SubscribedCache::~SubscribedCache() {
  subscription_.reset();
  // The destructors of values may use the cache, so they run while it is complete.
  DiscardedEntries discarded;
  MutexLock lock(apply_mutex_);
  core_->Close(discarded);
}

template <typename Told>
void SubscribedCache::Tell(const std::function<void(const Told&)>& callback, const Told& told) {
  if (!callback) return;
  try {
    callback(told);
  } catch (...) {
    ++failed_callbacks_;
  }
}

SubscriptionCallbacks SubscribedCache::Callbacks() {
  const SubscriptionCallbacks& listener = options_.listener;
  return {
      .on_started =
          [this, &listener](const SubscriptionStarted& started) {
            OnStarted(started);
            Tell(listener.on_started, started);
          },
      .on_reset =
          [this, &listener](const SubscriptionReset& reset) {
            OnReset(reset);
            Tell(listener.on_reset, reset);
          },
      .on_event =
          [this, &listener](const Event& event) {
            OnEvent(event);
            Tell(listener.on_event, event);
          },
      .on_progress =
          [this, &listener](const SubscriptionProgress& progress) {
            OnProgress(progress);
            Tell(listener.on_progress, progress);
          },
      .on_disconnected =
          [this, &listener](const absl::Status& status) { Tell(listener.on_disconnected, status); },
      .on_ended =
          [this, &listener](const absl::Status& status) {
            OnEnded(status);
            Tell(listener.on_ended, status);
          }};
}

// In each of these, dropped values are destroyed at the end: without the lock, and after the
// threads that wait for the position are notified.

void SubscribedCache::OnStarted(const SubscriptionStarted& started) {
  DiscardedEntries discarded;
  MutexLock lock(apply_mutex_);
  if (core_->Start(started.head, started.start_after)) return;
  core_->Reset({.epoch = started.head.epoch, .revision = started.start_after}, discarded);
}

void SubscribedCache::OnReset(const SubscriptionReset& reset) {
  DiscardedEntries discarded;
  {
    MutexLock lock(apply_mutex_);
    core_->Reset(reset.start_after, discarded);
  }
  Notify();
}

void SubscribedCache::OnEvent(const Event& event) {
  DiscardedEntries discarded;
  {
    MutexLock lock(apply_mutex_);
    // Events of a history without a start or reset should not arrive. Anything may be missing.
    if (!core_->IsOfHistory(event.epoch)) core_->Reset(event.position(), discarded);
    if (core_->IsNew(event.position())) {
      core_->Apply(ChangeOf(event, *patterns_), event.revision, Now(), discarded);
    }
  }
  Notify();
}

void SubscribedCache::OnProgress(const SubscriptionProgress& progress) {
  {
    MutexLock lock(apply_mutex_);
    core_->Progress(progress.position, progress.lease_end, Now());
  }
  Notify();
}

void SubscribedCache::OnEnded(const absl::Status& status) {
  MutexLock lock(waiting_mutex_);
  status_ = status;
  changed_.NotifyAll();
}

void SubscribedCache::Notify() {
  MutexLock lock(waiting_mutex_);
  changed_.NotifyAll();
}

bool SubscribedCache::Await(absl::Duration patience, absl::FunctionRef<bool()> holds) {
  const absl::Duration deadline = Now() + patience;
  MutexLock lock(waiting_mutex_);
  while (!holds()) {
    if (!status_.ok() || clock_->WaitUntil(waiting_mutex_, changed_, deadline)) return holds();
  }
  return true;
}

bool SubscribedCache::AwaitLive(absl::Duration patience) {
  if (IsForked()) return false;
  return Await(patience, [this] { return core_->IsOpen(Now()); });
}

bool SubscribedCache::AwaitApplied(const Position& position, absl::Duration patience) {
  if (IsForked()) return false;
  return Await(patience, [&] { return core_->HasApplied(position); });
}

absl::Status SubscribedCache::status() const {
  if (IsForked()) {
    return absl::FailedPreconditionError("the cache belongs to the process that forked this one");
  }
  MutexLock lock(waiting_mutex_);
  return status_;
}

Found SubscribedCache::Get(absl::string_view key, TypeToken type, const ReadOptions& options) {
  if (IsForked()) return {};
  const absl::Duration now = Now();
  const bool is_open = core_->IsOpen(now);
  return core_->Find(key, type, is_open, now, options);
}

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

void SubscribedCache::Drop(const std::vector<std::string>& tags,
                           const std::vector<std::string>& keys) {
  if (IsForked()) return;
  DiscardedEntries discarded;
  MutexLock lock(apply_mutex_);
  core_->Apply(ChangeOf(tags, keys), 0, Now(), discarded);
}

void SubscribedCache::DropEverything() {
  if (IsForked()) return;
  DiscardedEntries discarded;
  MutexLock lock(apply_mutex_);
  core_->Apply({.evicts_everything = true}, 0, Now(), discarded);
}

CacheStatistics SubscribedCache::Statistics() const {
  if (IsForked()) return {};
  CacheStatistics statistics = core_->Statistics(Now());
  statistics.failed_callbacks = failed_callbacks_.load();
  MutexLock lock(unknown_mutex_);
  statistics.fills_on_unknown_keys = fills_on_unknown_keys_;
  statistics.last_unknown_key = last_unknown_key_;
  return statistics;
}

}  // namespace cache_invalidation::client::internal
