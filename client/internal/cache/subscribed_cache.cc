#include "client/internal/cache/subscribed_cache.h"

#include <pthread.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/change.h"
#include "client/internal/cache/entry.h"
#include "client/internal/retry.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/limits.h"

namespace cache_invalidation::client::internal {
namespace {

absl::Status Refused(absl::string_view option, absl::string_view what_it_is) {
  return absl::InvalidArgumentError(
      absl::StrCat("TaggedCacheOptions::", option, " is ", what_it_is));
}

// Fails with INVALID_ARGUMENT, which names the first option that is out of range.
absl::Status CheckOptions(const TaggedCacheOptions& options) {
  if (options.name.empty()) return Refused("name", "empty");
  if (options.ttl < absl::ZeroDuration()) {
    return Refused("ttl", absl::StrCat(absl::FormatDuration(options.ttl), ", less than nothing"));
  }
  // Written so that it refuses NaN.
  if (!(options.ttl_jitter >= 0 && options.ttl_jitter <= 1)) {
    return Refused("ttl_jitter", absl::StrCat(options.ttl_jitter, ", not from 0 to 1"));
  }
  if (options.lease < kMinLease || options.lease > kMaxLease) {
    return Refused("lease", absl::StrCat(absl::FormatDuration(options.lease), ", not from ",
                                         absl::FormatDuration(kMinLease), " to ",
                                         absl::FormatDuration(kMaxLease)));
  }
  if (options.keep_refused_for < absl::ZeroDuration() ||
      options.keep_refused_for == absl::InfiniteDuration()) {
    return Refused("keep_refused_for", absl::StrCat(absl::FormatDuration(options.keep_refused_for),
                                                    ", not a time that ends"));
  }
  return absl::OkStatus();
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

}  // namespace

std::atomic<uint64_t> ForkMark::forks_ = 0;

ForkMark::ForkMark() : made_at_(forks_.load()) {
  static const int error =
      pthread_atfork(nullptr, nullptr, [] { forks_.fetch_add(1, std::memory_order_relaxed); });
  Check(error == 0, "there is memory for a handler of forks");
}

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
      clock_(ClockOr(options_.clock)),
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

template <typename Told>
std::function<void(const Told&)> SubscribedCache::Relay(
    void (SubscribedCache::*on_told)(const Told&),
    const std::function<void(const Told&)>& listener) {
  return [this, on_told, &listener](const Told& told) {
    (this->*on_told)(told);
    Tell(listener, told);
  };
}

SubscriptionCallbacks SubscribedCache::Callbacks() {
  const SubscriptionCallbacks& listener = options_.listener;
  return {
      .on_started = Relay(&SubscribedCache::OnStarted, listener.on_started),
      .on_reset = Relay(&SubscribedCache::OnReset, listener.on_reset),
      .on_event = Relay(&SubscribedCache::OnEvent, listener.on_event),
      .on_progress = Relay(&SubscribedCache::OnProgress, listener.on_progress),
      .on_disconnected =
          [this, &listener](const absl::Status& status) { Tell(listener.on_disconnected, status); },
      .on_ended = Relay(&SubscribedCache::OnEnded, listener.on_ended)};
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
