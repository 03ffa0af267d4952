// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/subscribed_cache.h"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/change.h"
#include "client/internal/cache/discarded_entries.h"
#include "client/internal/cache/value_type.h"
#include "client/internal/cache/wait_graph.h"
#include "client/internal/retry.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/pattern.h"

namespace cache_invalidation::client::internal {
namespace {

// Returns a pattern of the keys with a prefix.
absl::StatusOr<Pattern> KeysWithPrefix(absl::string_view prefix) {
  std::string expression;
  for (const char letter : prefix) {
    const bool is_plain = absl::ascii_isalnum(static_cast<unsigned char>(letter)) ||
                          letter == '_' || !absl::ascii_isascii(static_cast<unsigned char>(letter));
    if (!is_plain) expression += '\\';
    expression += letter;
  }
  return Pattern::Compile(expression + ".*");
}

CacheCoreOptions CoreOptions(const TaggedCacheOptions& options) {
  return {.max_entries = options.max_entries,
          .max_weight = options.max_weight,
          .remembered_names = options.remembered_names,
          .filter = SubscriptionFilter(options.tags, options.key_prefixes),
          .keep_refused_for = options.keep_refused_for,
          .refusals_before_keep = options.refusals_before_keep,
          .stale_for = options.stale_for,
          .refresh_ahead = options.refresh_ahead,
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
      waits_(std::make_unique<WaitGraph>()),
      no_type_(std::make_unique<ValueType>(TypeToken::Of<void>(), UntypedValueOptions(), 1)),
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
// threads that wait for the position are notified. If the thread runs a load, they are destroyed
// when that has ended (Discarding).

void SubscribedCache::OnStarted(const SubscriptionStarted& started) {
  DiscardedEntries own;
  DiscardedEntries& discarded = Discarding(own);
  MutexLock lock(apply_mutex_);
  if (core_->Start(started.head, started.start_after, started.lease)) return;
  core_->Reset({.epoch = started.head.epoch, .revision = started.start_after}, Now(), discarded);
}

void SubscribedCache::OnReset(const SubscriptionReset& reset) {
  DiscardedEntries own;
  DiscardedEntries& discarded = Discarding(own);
  {
    MutexLock lock(apply_mutex_);
    core_->Reset(reset.start_after, Now(), discarded);
  }
  Notify();
}

void SubscribedCache::OnEvent(const Event& event) {
  DiscardedEntries own;
  DiscardedEntries& discarded = Discarding(own);
  {
    MutexLock lock(apply_mutex_);
    // Events of a history without a start or reset should not arrive. Anything may be missing.
    if (!core_->IsOfHistory(event.epoch)) core_->Reset(event.position(), Now(), discarded);
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
  DiscardedEntries own;
  DiscardedEntries& discarded = Discarding(own);
  {
    MutexLock lock(apply_mutex_);
    core_->End(Now(), discarded);
  }
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

bool SubscribedCache::AwaitCaughtUp(absl::Duration patience) {
  if (IsForked() || !refused_.ok()) return false;
  const absl::Duration deadline = Now() + patience;
  const Position at_start = core_->applied();
  CallOptions options;
  if (patience != absl::InfiniteDuration()) options.deadline = patience;
  const absl::StatusOr<InvalidationStats> stats = client_.GetInvalidationStats(options);
  if (!stats.ok()) return false;
  core_->IsAnswerOf(at_start, stats->position, Now());
  return AwaitApplied(stats->position, deadline - Now());
}

absl::Status SubscribedCache::status() const {
  if (IsForked()) {
    return absl::FailedPreconditionError("the cache belongs to the process that forked this one");
  }
  MutexLock lock(waiting_mutex_);
  return status_;
}

absl::StatusOr<ValueType*> SubscribedCache::AddType(TypeToken id, UntypedValueOptions options,
                                                    bool has_options) {
  if (IsForked()) return no_type_.get();
  if (options.not_found_ttl < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("ValueOptions::not_found_ttl is less than nothing");
  }
  return core_->AddType(id, std::move(options), has_options);
}

ValueType& SubscribedCache::Type(TypeToken id) { return IsForked() ? *no_type_ : core_->Type(id); }

Found SubscribedCache::Get(absl::string_view key, ValueType& type, const ReadOptions& options) {
  if (IsForked()) return {};
  // The clock would cost more than the rest of the look-up, and hardly ever is the end so near.
  const absl::Duration at_latest = clock_->MonotonicBound();
  if (core_->IsOpen(at_latest)) {
    std::optional<Found> found = core_->FindLasting(key, type, at_latest, options);
    if (found.has_value()) return Noted(*std::move(found));
  }
  const absl::Duration now = Now();
  const bool is_open = core_->IsOpen(now);
  return Noted(core_->Find(key, type, is_open, now, options));
}

Found SubscribedCache::Peek(absl::string_view key, ValueType& type,
                            const ReadOptions& options) const {
  if (IsForked()) return {};
  const absl::Duration now = Now();
  const bool is_open = core_->IsOpen(now);
  return Noted(core_->Peek(key, type, is_open, now, options));
}

std::vector<Found> SubscribedCache::GetMany(absl::Span<const std::string> keys, ValueType& type,
                                            const ReadOptions& options) {
  std::vector<Found> found(keys.size());
  if (IsForked()) return found;
  const absl::Duration now = Now();
  const bool is_open = core_->IsOpen(now);
  for (size_t i = 0; i < keys.size(); ++i) {
    found[i] = Noted(core_->Find(keys[i], type, is_open, now, options));
  }
  return found;
}

std::vector<std::string> SubscribedCache::Keys(const ValueType& type) const {
  std::vector<std::string> all;
  if (IsForked()) return all;
  const absl::Duration now = Now();
  const bool is_open = core_->IsOpen(now);
  for (size_t i = 0; i < core_->shards(); ++i) {
    std::vector<std::string> keys = core_->Keys(i, type, is_open, now);
    std::move(keys.begin(), keys.end(), std::back_inserter(all));
  }
  return all;
}

void SubscribedCache::Drop(const std::vector<std::string>& tags,
                           const std::vector<std::string>& keys) {
  if (IsForked()) return;
  DiscardedEntries own;
  DiscardedEntries& discarded = Discarding(own);
  MutexLock lock(apply_mutex_);
  core_->Apply(ChangeOf(tags, keys), 0, Now(), discarded);
}

void SubscribedCache::DropIf(absl::FunctionRef<bool(absl::string_view key)> matches) {
  if (IsForked()) return;
  {
    // What a running load will name is unknown, and `matches` cannot be remembered to ask it then.
    // Before the keys are listed, so that a load that ends in between is among them.
    MutexLock lock(apply_mutex_);
    core_->EndChange(core_->BeginChange({.touches_loads = true}), 0, Now());
  }
  std::vector<std::string> dropped;
  for (size_t i = 0; i < core_->shards(); ++i) {
    for (std::string& key : core_->AllKeys(i)) {
      if (matches(key)) dropped.push_back(std::move(key));
    }
  }
  if (dropped.empty()) return;
  Change change = ChangeOf({}, dropped);
  change.drops_stale = true;
  DiscardedEntries own;
  DiscardedEntries& discarded = Discarding(own);
  MutexLock lock(apply_mutex_);
  core_->Apply(change, 0, Now(), discarded);
}

void SubscribedCache::DropPrefix(absl::string_view prefix) {
  if (IsForked()) return;
  Change change{.drops_stale = true};
  const absl::StatusOr<Pattern> pattern = KeysWithPrefix(prefix);
  if (pattern.ok()) {
    change.patterns.push_back({*pattern, /*evicts=*/true});
  } else {
    change.evicts_everything = true;
  }
  DiscardedEntries own;
  DiscardedEntries& discarded = Discarding(own);
  MutexLock lock(apply_mutex_);
  core_->Apply(change, 0, Now(), discarded);
}

void SubscribedCache::DropEverything() {
  if (IsForked()) return;
  DiscardedEntries own;
  DiscardedEntries& discarded = Discarding(own);
  MutexLock lock(apply_mutex_);
  core_->Apply({.evicts_everything = true, .drops_stale = true}, 0, Now(), discarded);
}

CacheStatistics SubscribedCache::Statistics() const {
  if (IsForked()) return {};
  CacheStatistics statistics = core_->Statistics(Now());
  statistics.failed_callbacks += failed_callbacks_.load();
  MutexLock lock(unknown_mutex_);
  statistics.fills_on_unknown_keys = fills_on_unknown_keys_;
  statistics.last_unknown_key = last_unknown_key_;
  return statistics;
}

TypeStatistics SubscribedCache::StatisticsOf(ValueType& type) const {
  return IsForked() ? TypeStatistics() : core_->StatisticsOf(type);
}

}  // namespace cache_invalidation::client::internal
