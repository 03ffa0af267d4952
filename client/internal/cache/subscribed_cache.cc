#include "client/internal/cache/subscribed_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "client/internal/backoff.h"
#include "client/internal/cache/change.h"
#include "common/limits.h"
#include "common/real_clock.h"

namespace cache_invalidation::client::internal {
namespace {

// Whoever waits for a value also waits for its registration; without it, it is only not kept.
constexpr absl::Duration kRegistrationDeadline = absl::Seconds(1);

// The service forgets an entry later than the cache does: clocks drift, and what it has forgotten
// it does not invalidate.
constexpr double kServiceTtlFactor = 1.1;
constexpr absl::Duration kServiceTtlMargin = absl::Seconds(1);

std::shared_ptr<Clock> ClockOf(const TaggedCacheOptions& options) {
  if (options.clock == nullptr) return std::make_shared<RealClock>();
  return {std::shared_ptr<void>(), options.clock};  // points without owning
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

template <typename Told>
void Tell(const std::function<void(const Told&)>& callback, const Told& told) {
  if (callback) callback(told);
}

ReadOptions WithoutMarked(ReadOptions options) {
  options.while_revalidating = false;
  return options;
}

}  // namespace

std::shared_ptr<UntypedCache> OpenCache(const Client& client, TaggedCacheOptions options) {
  return std::make_shared<SubscribedCache>(client, std::move(options));
}

SubscribedCache::SubscribedCache(Client client, TaggedCacheOptions options)
    : options_(std::move(options)),
      clock_(ClockOf(options_)),
      random_(options_.random ? options_.random : MakeRandom()),
      client_(std::move(client)),
      core_(CoreOptions(options_), clock_->Monotonic()),
      subscription_(client_.Subscribe({.name = options_.name,
                                       .tags = options_.tags,
                                       .key_prefixes = options_.key_prefixes,
                                       .acknowledgement = Acknowledgement::kAutomatic,
                                       .lease = options_.lease},
                                      Callbacks())) {}

SubscribedCache::~SubscribedCache() = default;

SubscriptionCallbacks SubscribedCache::Callbacks() {
  const SubscriptionCallbacks& listener = options_.listener;
  return {.on_started =
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
          .on_disconnected = listener.on_disconnected,
          .on_ended =
              [this, &listener](const absl::Status& status) {
                OnEnded(status);
                Tell(listener.on_ended, status);
              }};
}

void SubscribedCache::OnStarted(const SubscriptionStarted& started) {
  MutexLock lock(apply_mutex_);
  if (core_.Start(started.head, started.start_after)) return;
  core_.Reset({.epoch = started.head.epoch, .revision = started.start_after});
}

void SubscribedCache::OnReset(const SubscriptionReset& reset) {
  {
    MutexLock lock(apply_mutex_);
    core_.Reset(reset.start_after);
  }
  Notify();
}

void SubscribedCache::OnEvent(const Event& event) {
  {
    MutexLock lock(apply_mutex_);
    // Nobody should tell events of a history that was not announced. What lies between is unknown.
    if (!core_.IsOfHistory(event.epoch)) core_.Reset(event.position());
    if (core_.IsNew(event.position())) core_.Apply(ChangeOf(event), event.revision, Now());
  }
  Notify();
}

void SubscribedCache::OnProgress(const SubscriptionProgress& progress) {
  {
    MutexLock lock(apply_mutex_);
    core_.Progress(progress.position, progress.lease_end, Now());
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
  return Await(patience, [this] { return core_.IsOpen(Now()); });
}

bool SubscribedCache::AwaitApplied(const Position& position, absl::Duration patience) {
  return Await(patience, [&] { return core_.HasApplied(position); });
}

absl::Status SubscribedCache::status() const {
  MutexLock lock(waiting_mutex_);
  return status_;
}

Found SubscribedCache::Get(absl::string_view key, TypeToken type, const ReadOptions& options) {
  const absl::Duration now = Now();
  const bool is_open = core_.IsOpen(now);
  return core_.Find(key, type, is_open, now, options);
}

absl::StatusOr<Found> SubscribedCache::GetOrLoad(absl::string_view key, TypeToken type,
                                                 const UntypedLoader& loader,
                                                 const ReadOptions& options) {
  Found found = Get(key, type, WithoutMarked(options));
  if (found.value != nullptr) return found;
  const absl::Duration deadline = Now() + options.patience;
  std::optional<Arrival> arrival;
  while (true) {
    const absl::Duration now = Now();
    const bool is_open = core_.IsOpen(now);
    CacheCore::Attempt attempt = core_.BeginLoad(key, type, is_open, now, options);
    if (!arrival.has_value()) arrival = attempt.arrival;
    if (attempt.leads && attempt.found.value != nullptr) {
      LeadInBackground(attempt.flight, loader);
      return std::move(attempt.found);
    }
    if (!attempt.leads && attempt.flight == nullptr) return std::move(attempt.found);
    UntypedValue value;
    if (attempt.leads) {
      value = Lead(*attempt.flight, loader.run);
    } else {
      Flight& flight = *attempt.flight;
      if (absl::Status status = Await(flight, type, deadline); !status.ok()) return status;
      if (!flight.MayBeSharedWith(*arrival)) continue;
      core_.CountSharedLoad(flight);
      value = flight.value();
    }
    if (!value.ok()) return value.status();
    return Found{.value = *std::move(value)};
  }
}

absl::Status SubscribedCache::Await(Flight& flight, TypeToken type, absl::Duration deadline) {
  if (flight.type() != type) {
    return absl::FailedPreconditionError(absl::StrCat(flight.key(), " is loaded as another type"));
  }
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
  flight.RunsOnThisThread();
  absl::StatusOr<Fill> fill = absl::CancelledError("the loader threw");
  // Whatever happens in the loader: others wait.
  const absl::Cleanup end = [&] { core_.EndLoad(flight, std::move(fill), Now()); };
  Load load(flight.key(), flight.start().position);
  UntypedValue value = run(load);
  if (value.ok()) {
    fill = MakeFill(flight, load, *value);
  } else {
    fill = value.status();
  }
  return value;
}

void SubscribedCache::LeadInBackground(const std::shared_ptr<Flight>& flight,
                                       const UntypedLoader& loader) {
  auto self = shared_from_this();
  // Ends the load if the executor drops what it was given: others may wait for it.
  const std::shared_ptr<Flight> ended(flight.get(), [self, flight](Flight*) {
    if (flight->IsDone()) return;
    self->core_.EndLoad(*flight, absl::CancelledError("the executor dropped it"), self->Now());
  });
  options_.executor([self, ended, run = loader.copy()] {
    if (!ended->IsDone()) static_cast<void>(self->Lead(*ended, run));
  });
}

Fill SubscribedCache::MakeFill(const Flight& flight, const Load& load,
                               std::shared_ptr<const void> value) {
  // The time to live begins before the service is told, so that it ends here first.
  const absl::Duration now = Now();
  const absl::Duration ttl = TimeToLive(load);
  CacheCore::Resolution resolution = core_.Resolve(flight, load.tags_, load.depends_on_, now);
  Fill fill{.value = std::move(value),
            .names = std::move(resolution.names),
            .names_known = resolution.names_known,
            .needs_service = resolution.needs_service,
            .is_wanted = load.is_wanted_ && ttl > absl::ZeroDuration(),
            .expires = now + ttl,
            .weight = load.weight_};
  if (fill.names_known && (fill.needs_service || load.is_shared_)) {
    fill.names_known = fill.is_wanted && Register(flight, load, fill.names, ttl);
  }
  return fill;
}

absl::Duration SubscribedCache::TimeToLive(const Load& load) const {
  const absl::Duration ttl = load.ttl_.value_or(options_.ttl);
  if (ttl == absl::InfiniteDuration()) return ttl;
  return ttl * (1 - options_.ttl_jitter * random_());
}

bool SubscribedCache::Register(const Flight& flight, const Load& load, const EntryNames& names,
                               absl::Duration ttl) {
  // Without the service it would only take its time.
  if (!core_.IsOpen(Now())) return false;
  TrackedEntry entry{
      .key = flight.key(), .depends_on = {.keys = names.keys}, .position = flight.start().position};
  // Own tags are what the entry carries, as far as the service lets it; all others count as what it
  // was computed from, to the same effect.
  for (const std::string& tag : names.tags) {
    const bool is_own = std::find(load.tags_.begin(), load.tags_.end(), tag) != load.tags_.end();
    const bool fits = entry.tags.size() < kMaxTagsPerEntry;
    (is_own && fits ? entry.tags : entry.depends_on.tags).push_back(tag);
  }
  const absl::Duration service_ttl = ttl * kServiceTtlFactor + kServiceTtlMargin;
  if (service_ttl <= kMaxTtl) entry.ttl = service_ttl;
  const absl::StatusOr<TrackAnswer> answer =
      client_.TrackEntries({std::move(entry)}, {.deadline = kRegistrationDeadline});
  return answer.ok() && answer->results.size() == 1 &&
         answer->results.front().outcome == FillOutcome::kKept;
}

void SubscribedCache::Drop(const std::vector<std::string>& tags,
                           const std::vector<std::string>& keys) {
  MutexLock lock(apply_mutex_);
  core_.Apply(ChangeOf(tags, keys), 0, Now());
}

void SubscribedCache::DropEverything() {
  MutexLock lock(apply_mutex_);
  core_.Apply({.evicts_everything = true}, 0, Now());
}

CacheStatistics SubscribedCache::Statistics() const { return core_.Statistics(Now()); }

}  // namespace cache_invalidation::client::internal
