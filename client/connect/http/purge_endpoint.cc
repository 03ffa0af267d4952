#include "client/connect/http/purge_endpoint.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connect/http/position_file.h"
#include "client/connect/reset_reason.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;

constexpr absl::Duration kShortestPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(30);
// A position that is a second old costs a second of events again.
constexpr absl::Duration kSaveEvery = absl::Seconds(1);

}  // namespace

PurgeEndpoint::PurgeEndpoint(const HttpSinkEnvironment& environment, PurgeAddress address)
    : environment_(environment),
      address_(std::move(address)),
      position_file_(PositionFileOf(environment.options, address_.label())),
      saved_(ReadPosition(position_file_)),
      started_before_(saved_.has_value()),
      http_(address_.address, environment.options.timeout),
      queue_(environment.options.max_pending, environment.options.again_after, saved_),
      max_keys_(LimitsOf(environment.options.preset).keys),
      next_request_(-absl::InfiniteDuration()),
      not_before_(-absl::InfiniteDuration()),
      pause_(kShortestPause) {
  subscription_ = environment_.client.Subscribe(
      {.name = environment_.options.name,
       .start_after = saved_,
       .key_prefixes = environment_.options.key_prefixes,
       // HTTP caches go on serving when a lease has ended: no writer is promised anything.
       .acknowledgement = client::Acknowledgement::kNone},
      Callbacks());
  thread_ = std::thread([this] { Run(); });
}

PurgeEndpoint::~PurgeEndpoint() {
  subscription_->Stop();
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  http_.Interrupt();
  thread_.join();
}

client::SubscriptionCallbacks PurgeEndpoint::Callbacks() {
  const auto disconnected = [this](const absl::Status& status) {
    environment_.status.Update(address_.label(), [&](EndpointFigures& figures) {
      figures.connected = false;
      figures.trouble = absl::StrCat("not connected to the service: ", status.message());
    });
    environment_.journal.Write({Level::kWarning,
                                "not hearing events",
                                {{"endpoint", address_.label()}},
                                std::string(status.message())});
  };
  return {.on_started =
              [this](const client::SubscriptionStarted& started) {
                if (!std::exchange(started_before_, true)) {
                  AddEverything({.epoch = started.head.epoch, .revision = started.start_after},
                                "no_position");
                }
                environment_.status.Update(
                    address_.label(), [](EndpointFigures& figures) { figures.connected = true; });
              },
          .on_reset =
              [this](const client::SubscriptionReset& reset) {
                AddEverything(reset.start_after, NameOf(reset.reason));
              },
          .on_event =
              [this](const client::Event& event) {
                Add(PurgesOf(event, environment_.options), event.position());
              },
          .on_progress =
              [this](const client::SubscriptionProgress& progress) { Add({}, progress.position); },
          .on_disconnected = disconnected,
          .on_ended = disconnected};
}

void PurgeEndpoint::AddEverything(const client::Position& position, const std::string& reason) {
  environment_.status.Update(address_.label(),
                             [&](EndpointFigures& figures) { ++figures.flushes[reason]; });
  environment_.journal.Write({Level::kWarning,
                              "purging everything",
                              {{"endpoint", address_.label()}, {"reason", reason}},
                              ""});
  PurgeSet everything;
  everything.AddEverything();
  Add(everything, position);
}

void PurgeEndpoint::Add(const PurgeSet& purges, const client::Position& position) {
  MutexLock lock(mutex_);
  queue_.Add(purges, position);
  ShowQueue();
  if (!purges.empty()) changed_.NotifyAll();
}

void PurgeEndpoint::Run() {
  while (!stopping()) {
    if (const std::optional<PurgeSet> part = Await()) {
      Handle(http_.Send(RequestOf(*part, environment_.options, address_.url)), *part);
    }
    if (environment_.clock.Monotonic() - saved_at_ >= kSaveEvery) SavePosition();
  }
  SavePosition();
}

bool PurgeEndpoint::stopping() {
  MutexLock lock(mutex_);
  return stopping_;
}

std::optional<PurgeSet> PurgeEndpoint::Await() {
  const PartLimits limits = LimitsOf(environment_.options.preset);
  const absl::Duration interval =
      absl::Seconds(1) / static_cast<int64_t>(environment_.options.requests_per_second);
  const absl::Duration burst = interval * static_cast<int64_t>(environment_.options.burst);
  MutexLock lock(mutex_);
  absl::Duration now = environment_.clock.Monotonic();
  const absl::Duration save = now + kSaveEvery;
  while (!stopping_ && now < save) {
    const absl::Duration due = std::max({queue_.due(), not_before_, next_request_ - burst});
    if (due > now) {
      environment_.clock.WaitUntil(mutex_, changed_, std::min(due, save));
      now = environment_.clock.Monotonic();
      continue;
    }
    next_request_ = std::max(next_request_, now) + interval;
    return queue_.Take(now, max_keys_, limits.bytes);
  }
  return std::nullopt;
}

void PurgeEndpoint::Handle(const absl::StatusOr<HttpResponse>& response, const PurgeSet& part) {
  const PurgeResult result = response.ok()
                                 ? PurgeResultOf(*response, environment_.options.preset)
                                 : PurgeResult{.reason = std::string(response.status().message())};
  const bool is_purged = result.kind == PurgeResult::Kind::kPurged;
  const std::string code = response.ok() ? absl::StrCat(response->status) : "none";
  environment_.status.Update(address_.label(), [&](EndpointFigures& figures) {
    ++figures.requests[code];
    figures.answers = is_purged;
    if (!is_purged) figures.trouble = result.reason;
    if (is_purged) figures.keys += part.size();
    figures.purged_pages += result.purged.value_or(0);
    if (result.purged == size_t{0}) ++figures.without_pages;
  });
  MutexLock lock(mutex_);
  if (stopping_ && !is_purged) return queue_.PutBack();
  Handle(result, part);
  ShowQueue();
}

void PurgeEndpoint::Handle(const PurgeResult& result, const PurgeSet& part) {
  const absl::Duration now = environment_.clock.Monotonic();
  if (result.kind == PurgeResult::Kind::kPurged) {
    queue_.Done(now);
    pause_ = kShortestPause;
    max_keys_ = std::min(2 * max_keys_, LimitsOf(environment_.options.preset).keys);
    return;
  }
  environment_.journal.Write({Level::kWarning,
                              "a purge was not carried out",
                              {{"endpoint", address_.label()}},
                              result.reason});
  if (result.kind == PurgeResult::Kind::kTooLarge && part.size() > 1) {
    max_keys_ = part.size() / 2;
    return queue_.PutBack();
  }
  if (result.kind == PurgeResult::Kind::kTooLarge && !part.is_everything()) return queue_.Widen();
  queue_.PutBack();
  not_before_ = now + std::max(pause_, result.retry_after);
  pause_ = std::min(2 * pause_, kLongestPause);
}

void PurgeEndpoint::SavePosition() {
  saved_at_ = environment_.clock.Monotonic();
  std::optional<client::Position> applied;
  {
    MutexLock lock(mutex_);
    applied = queue_.applied();
  }
  if (!applied.has_value() || applied == saved_) return;
  const absl::Status status = WritePosition(position_file_, *applied);
  if (status.ok()) {
    saved_ = std::move(applied);
  } else {
    environment_.journal.Write({Level::kError,
                                "the position is not kept: the next start repeats more",
                                {{"endpoint", address_.label()}},
                                std::string(status.message())});
  }
}

void PurgeEndpoint::ShowQueue() {
  const PurgeQueue& queue = queue_;
  environment_.status.Update(address_.label(), [&](EndpointFigures& figures) {
    figures.latest = queue.latest().has_value() ? queue.latest()->revision : 0;
    figures.applied = queue.applied().has_value() ? queue.applied()->revision : 0;
    figures.pending = queue.size();
    figures.repeated = queue.repeated_size();
    figures.widened = queue.widened();
  });
}

}  // namespace cache_invalidation::connect
