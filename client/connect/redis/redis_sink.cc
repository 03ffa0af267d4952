#include "client/connect/redis/redis_sink.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/connect/reset_reason.h"
#include "client/subscription.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;

constexpr absl::Duration kShortestPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
// A connection that has lasted for this time was no failed attempt.
constexpr absl::Duration kLasted = absl::Seconds(10);

// Two processes must not have the same.
std::string NewId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) absl::StrAppendFormat(&id, "%08x", random());
  return id;
}

}  // namespace

RedisSink::RedisSink(RedisOptions options, client::Client client, Clock& clock,
                     journal::Journal& journal, RedisStatus& status)
    : options_(std::move(options)),
      id_(NewId()),
      client_(std::move(client)),
      clock_(clock),
      journal_(journal),
      status_(status),
      thread_([this] { Run(); }) {}

RedisSink::~RedisSink() {
  stop_.request_stop();
  {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  }
  thread_.join();
}

void RedisSink::Run() {
  absl::Duration pause = kShortestPause;
  while (!stop_.stop_requested()) {
    const absl::Duration begun = clock_.Monotonic();
    const absl::Status status = Follow();
    ShowState(false, std::string(status.message()));
    if (stop_.stop_requested()) return;
    journal_.Write({Level::kWarning,
                    "not following the service",
                    {{"sink", options_.name}},
                    std::string(status.message())});
    if (clock_.Monotonic() - begun > kLasted) pause = kShortestPause;
    Pause(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

absl::Status RedisSink::Follow() {
  const auto connection = RedisConnection::Connect(options_.redis);
  if (!connection.ok()) return connection.status();
  RedisCache cache(options_, id_, **connection, stop_.get_token(), status_);
  absl::Status status = cache.Open();
  if (!status.ok()) return status;
  const std::optional<client::Position> position = cache.position();
  {
    MutexLock lock(mutex_);
    ended_ = absl::OkStatus();
    queue_.emplace(options_.again_after, options_.max_targets);
  }
  ShowState(false, "waiting for the service");
  client::SubscriptionOptions subscription;
  subscription.name = "connect-" + options_.name;
  subscription.start_after = position;
  subscription.acknowledgement = client::Acknowledgement::kNone;
  // Ends before the queue, which its callbacks use.
  const auto running = client_.Subscribe(std::move(subscription), Callbacks(!position.has_value()));
  absl::Duration renew_at = clock_.Monotonic() + RedisCache::kRenew;
  while (status.ok() && !stop_.stop_requested()) {
    std::optional<SinkQueue::Batch> batch = AwaitBatch(renew_at);
    if (batch.has_value()) status = Drop(cache, *std::move(batch));
    if (status.ok() && clock_.Monotonic() >= renew_at) {
      status = cache.Renew();
      renew_at = clock_.Monotonic() + RedisCache::kRenew;
    }
    MutexLock lock(mutex_);
    if (!ended_.ok()) status = ended_;
  }
  if (status.ok()) cache.Release();
  return status;
}

client::SubscriptionCallbacks RedisSink::Callbacks(bool is_new) {
  return {.on_started =
              [this, is_new](const client::SubscriptionStarted& started) mutable {
                // What Redis holds is of an unknown time. Only what comes after the start is heard.
                if (is_new) {
                  DropEverything({.epoch = started.head.epoch, .revision = started.start_after},
                                 "no_position");
                }
                is_new = false;
                ShowState(true, "following");
              },
          .on_reset =
              [this](const client::SubscriptionReset& reset) {
                DropEverything(reset.start_after, NameOf(reset.reason));
              },
          .on_event = [this](const client::Event& event) { Add(event); },
          .on_disconnected =
              [this](const absl::Status& status) {
                ShowState(false, absl::StrCat("service: ", std::string(status.message())));
              },
          .on_ended =
              [this](const absl::Status& status) {
                MutexLock lock(mutex_);
                ended_ = status;
                changed_.NotifyAll();
              }};
}

std::optional<SinkQueue::Batch> RedisSink::AwaitBatch(absl::Duration until) {
  MutexLock lock(mutex_);
  while (!stop_.stop_requested() && ended_.ok()) {
    const absl::Duration now = clock_.Monotonic();
    if (now >= until) return std::nullopt;
    std::optional<SinkQueue::Batch> batch = queue_->Next(now);
    if (batch.has_value()) return batch;
    clock_.WaitUntil(mutex_, changed_, std::min(until, queue_->NextAt()));
  }
  return std::nullopt;
}

absl::Status RedisSink::Drop(RedisCache& cache, SinkQueue::Batch batch) {
  const absl::Status status = cache.Drop(batch.targets, batch.position);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  queue_->Dropped(std::move(batch), clock_.Monotonic());
  ShowQueue();
  return absl::OkStatus();
}

void RedisSink::DropEverything(const client::Position& position, const std::string& reason) {
  journal_.Write(
      {Level::kWarning, "dropping everything", {{"sink", options_.name}, {"reason", reason}}});
  status_.Update([&](RedisFigures& figures) { ++figures.everything[reason]; });
  MutexLock lock(mutex_);
  queue_->Reset(position);
  ShowQueue();
  changed_.NotifyAll();
}

void RedisSink::Add(const client::Event& event) {
  RedisTargetCounts counts;
  RedisTargets targets = TargetsOf(options_, event, counts);
  const bool is_everything = targets.everything;
  MutexLock lock(mutex_);
  const uint64_t widened = queue_->widened();
  queue_->Add(std::move(targets), event.position());
  counts.widened += queue_->widened() - widened;
  status_.Update([&](RedisFigures& figures) {
    figures.heard = event.revision;
    figures.counts.unmatched_tags += counts.unmatched_tags;
    figures.counts.foreign_keys += counts.foreign_keys;
    figures.counts.widened += counts.widened;
    if (is_everything) ++figures.everything["event"];
  });
  ShowQueue();
  changed_.NotifyAll();
}

void RedisSink::ShowState(bool connected, const std::string& state) {
  status_.Update([&](RedisFigures& figures) {
    figures.connected = connected;
    figures.state = state;
  });
}

void RedisSink::ShowQueue() {
  status_.Update([&](RedisFigures& figures) { figures.waiting = queue_->size(); });
}

void RedisSink::Pause(absl::Duration pause) {
  const absl::Duration end = clock_.Monotonic() + pause;
  MutexLock lock(mutex_);
  while (!stop_.stop_requested() && clock_.Monotonic() < end) {
    clock_.WaitUntil(mutex_, changed_, end);
  }
}

}  // namespace cache_invalidation::connect
