#include "tests/client/actors.h"

#include <limits>
#include <variant>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/position.h"

namespace cache_invalidation::interleaving {

using client::Position;
using client::ReadOptions;
using client::internal::CacheCore;
using client::internal::Change;
using client::internal::ChangeOf;
using client::internal::CompiledPatterns;
using client::internal::DiscardedEntries;
using client::internal::Fill;
using client::internal::Flight;
using client::internal::Found;
using client::internal::LoadStart;

// ---- Reading

Reading::Reading(World& world, std::shared_ptr<Flight> flight)
    : world_(world), key_(flight->key()), options_() {
  attempt_.flight = std::move(flight);
  StartLoading();
}

bool Reading::IsReady() const {
  switch (stage_) {
    case Stage::kAwait:
      return attempt_.flight->IsDone();
    case Stage::kLoadOther:
      return other_->IsReady();
    case Stage::kDone:
      return false;
    default:
      return true;
  }
}

void Reading::Step() {
  switch (stage_) {
    case Stage::kAskFence:
      AskFence();
      stage_ = Stage::kFind;
      return;
    case Stage::kFind:
      return Find();
    case Stage::kAskFenceLate:
      return AskFenceLate();
    case Stage::kAskFenceToLoad:
      AskFence();
      stage_ = Stage::kBeginLoad;
      return;
    case Stage::kBeginLoad:
      return BeginLoad();
    case Stage::kAwait:
      return Await();
    case Stage::kLoadOther:
      return LoadOther();
    case Stage::kReadRow:
      return ReadRow();
    case Stage::kResolve:
      return Resolve();
    case Stage::kLookUpParts:
      return LookUpParts();
    case Stage::kRegister:
      return Register();
    case Stage::kEnd:
      return End();
    case Stage::kDone:
      return;
  }
}

void Reading::AskFence() {
  asked_at_ = world_.Now();
  const bool is_first_look = stage_ == Stage::kAskFence;
  is_open_ = world_.broken() == Broken::kNoFence ||
             (world_.broken() == Broken::kFenceAfterLookup && is_first_look) ||
             world_.cache().IsOpen(asked_at_);
}

void Reading::Find() {
  ReadOptions options = options_;
  options.while_revalidating = false;
  found_ = world_.cache().Find(key_, &kType, is_open_, asked_at_, options);
  if (found_.value == nullptr) {
    stage_ = Stage::kAskFenceToLoad;
  } else if (world_.broken() == Broken::kFenceAfterLookup) {
    stage_ = Stage::kAskFenceLate;
  } else {
    Finish(found_);
  }
}

void Reading::AskFenceLate() {
  if (world_.cache().IsOpen(world_.Now())) return Finish(found_);
  stage_ = Stage::kAskFenceToLoad;
}

void Reading::BeginLoad() {
  attempt_ = world_.cache().BeginLoad(key_, &kType, is_open_, asked_at_, options_);
  if (!arrival_.has_value()) arrival_ = attempt_.arrival;
  if (attempt_.flight == nullptr) return Finish(attempt_.found);
  if (attempt_.found.value != nullptr) {
    world_.queued().push_back(attempt_.flight);
    return Finish(attempt_.found);
  }
  if (attempt_.leads || attempt_.flight->Claim()) return StartLoading();
  stage_ = Stage::kAwait;
}

void Reading::Await() {
  const Flight& flight = *attempt_.flight;
  if (!flight.MayBeSharedWith(*arrival_) && world_.broken() != Broken::kSharesAnyLoad) {
    stage_ = Stage::kAskFenceToLoad;
    return;
  }
  world_.cache().CountSharedLoad(flight);
  Finish({.value = *flight.value()});
}

void Reading::StartLoading() {
  loaded_ = std::make_shared<Versions>();
  loaded_->fill(-1);
  const KeySpec& spec = world_.Spec(key_);
  stage_ = Stage::kReadRow;
  if (spec.computed_from.empty()) return;
  other_ = std::make_unique<Reading>(world_, spec.computed_from, options_);
  stage_ = Stage::kLoadOther;
}

void Reading::LoadOther() {
  other_->Step();
  if (!other_->is_done()) return;
  *loaded_ = other_->versions();
  rests_on_stale_ = other_->is_stale();
  other_.reset();
  stage_ = Stage::kReadRow;
}

void Reading::ReadRow() {
  const int row = world_.Spec(key_).row;
  (*loaded_)[row] = world_.Read(row);
  stage_ = Stage::kResolve;
}

void Reading::Resolve() {
  const KeySpec& spec = world_.Spec(key_);
  client::DependencyNames depends_on = spec.depends_on;
  if (world_.broken() == Broken::kNoTakeOver) depends_on = {};
  // As if it had begun only now: what departed meanwhile does not count.
  LoadStart start = attempt_.flight->start();
  if (world_.broken() == Broken::kNoDepartures) start.number = std::numeric_limits<uint64_t>::max();
  const Flight flight(key_, &kType, start);
  resolution_ =
      world_.cache().Resolve(flight, spec.Tags((*loaded_)[spec.row]), depends_on, world_.Now());
  stage_ = Stage::kEnd;
  if (!resolution_.needs_service) return;
  if (world_.broken() == Broken::kNoRegistration) return;
  const bool asks = world_.broken() != Broken::kKeepsUnknownParts;
  stage_ = asks && !resolution_.unknown_keys.empty() ? Stage::kLookUpParts : Stage::kRegister;
}

void Reading::LookUpParts() {
  for (const std::string& key : resolution_.unknown_keys) {
    resolution_.names_known &= world_.service().IsTracked(key);
  }
  stage_ = resolution_.names_known ? Stage::kRegister : Stage::kEnd;
}

void Reading::Register() {
  resolution_.names_known &= world_.service().Track(
      key_, {.tags = resolution_.names.tags, .depends_on_keys = resolution_.names.keys},
      attempt_.flight->start().position);
  stage_ = Stage::kEnd;
}

void Reading::End() {
  Fill fill{.value = loaded_,
            .names = resolution_.names,
            .names_known = resolution_.names_known,
            .needs_service = resolution_.needs_service};
  if (world_.broken() == Broken::kPositionAfterLoad) {
    EndAsOf(std::move(fill), /*only_resets=*/false);
  } else if (world_.broken() == Broken::kNoResetCount) {
    EndAsOf(std::move(fill), /*only_resets=*/true);
  } else {
    world_.cache().EndLoad(*attempt_.flight, std::move(fill), world_.Now());
  }
  Finish({.value = loaded_});
}

// Ends the load as one that was never wanted, and begins it anew with what it has loaded.
void Reading::EndAsOf(Fill fill, bool only_resets) {
  CacheCore& cache = world_.cache();
  LoadStart start = attempt_.flight->start();
  fill.is_wanted = false;
  cache.EndLoad(*attempt_.flight, fill, world_.Now());
  fill.is_wanted = true;
  const CacheCore::Attempt again = cache.BeginLoad(key_, &kType, true, world_.Now(), {});
  if (!again.leads) return;
  start.moment.resets = again.flight->start().moment.resets;
  if (!only_resets) start.moment.step = again.flight->start().moment.step;
  Flight flight(key_, &kType, start);
  cache.EndLoad(flight, std::move(fill), world_.Now());
}

void Reading::Finish(const Found& found) {
  result_ = *static_cast<const Versions*>(found.value.get());
  is_stale_ = found.is_stale || rests_on_stale_;
  stage_ = Stage::kDone;
}

// ---- Worker

bool Worker::IsReady() const {
  return reading_ != nullptr ? reading_->IsReady() : !world_.queued().empty();
}

void Worker::Step() {
  if (reading_ == nullptr) {
    const std::shared_ptr<Flight> flight = world_.queued().front();
    world_.queued().pop_front();
    if (flight->Claim()) reading_ = std::make_unique<Reading>(world_, flight);
    return;
  }
  reading_->Step();
  if (reading_->is_done()) reading_.reset();
}

// ---- Reader

Reader::Reader(World& world, std::string key, int times, ReadOptions options)
    : world_(world), key_(std::move(key)), options_(options), left_(times) {}

bool Reader::IsReady() const { return reading_ != nullptr ? reading_->IsReady() : left_ > 0; }

void Reader::Step() {
  if (reading_ == nullptr) {
    floor_ = world_.covered();
    reading_ = std::make_unique<Reading>(world_, key_, options_);
    --left_;
  }
  reading_->Step();
  if (!reading_->is_done()) return;
  if (!reading_->is_stale()) world_.CheckRead(key_, reading_->versions(), *floor_);
  reading_.reset();
}

// ---- Writer

bool Writer::IsReady() const {
  if (stage_ == Stage::kDone) return false;
  return stage_ != Stage::kWait || world_.service().epoch() != epoch_ ||
         world_.service().MayAnswer(epoch_, revision_, world_.now());
}

void Writer::Step() {
  ServiceModel& service = world_.service();
  switch (stage_) {
    case Stage::kCommit:
      version_ = world_.Commit(row_);
      stage_ = Stage::kPublish;
      return;
    case Stage::kWait:
      if (service.epoch() == epoch_) {
        world_.Cover(row_, version_);
        stage_ = Stage::kDone;
        return;
      }
      // The call was lost with the service, and is repeated.
      [[fallthrough]];
    case Stage::kPublish:
      epoch_ = service.epoch();
      revision_ = service.Publish(invalidation_);
      stage_ = Stage::kWait;
      return;
    case Stage::kDone:
      return;
  }
}

// ---- Dropper

bool Dropper::IsReady() const {
  return stage_ != Stage::kDone && (stage_ != Stage::kBegin || world_.MayApply(this));
}

void Dropper::Step() {
  CacheCore& cache = world_.cache();
  switch (stage_) {
    case Stage::kCommit:
      version_ = world_.Commit(row_);
      stage_ = Stage::kBegin;
      return;
    case Stage::kBegin:
      world_.BeginApplying(this);
      change_ = ChangeOf(tags_, {});
      step_ = cache.BeginChange(change_);
      stage_ = Stage::kApply;
      return;
    case Stage::kApply:
      cache.ApplyTo(shard_++, change_, discarded_);
      discarded_.clear();
      if (shard_ == cache.shards()) stage_ = Stage::kEnd;
      return;
    case Stage::kEnd:
      cache.EndChange(step_, 0, world_.Now());
      world_.EndApplying();
      world_.Cover(row_, version_);
      stage_ = Stage::kDone;
      return;
    case Stage::kDone:
      return;
  }
}

// ---- Subscriber

bool Subscriber::IsReady() const {
  if (next_ < steps_.size()) return true;
  return !world_.service().to_client().empty() && world_.MayApply(this);
}

void Subscriber::Step() {
  if (next_ == steps_.size()) {
    steps_.clear();
    next_ = 0;
    const Message message = std::move(world_.service().to_client().front());
    world_.service().to_client().pop_front();
    world_.BeginApplying(this);
    Plan(message);
  }
  steps_[next_++]();
  if (next_ == steps_.size()) world_.EndApplying();
}

void Subscriber::Plan(const Message& message) {
  if (const auto* started = std::get_if<StartedMessage>(&message)) return PlanStart(*started);
  if (const auto* reset = std::get_if<ResetMessage>(&message)) return PlanReset(reset->start_after);
  if (const auto* event = std::get_if<client::Event>(&message)) return PlanEvent(*event);
  PlanProgress(std::get<ProgressMessage>(message));
}

void Subscriber::PlanStart(const StartedMessage& started) {
  const bool continues = world_.cache().Start(started.head, started.start_after);
  if (continues) return Then([] {});
  PlanReset({.epoch = started.head.epoch, .revision = started.start_after});
}

void Subscriber::PlanReset(const Position& position) {
  CacheCore& cache = world_.cache();
  Then([&cache] { cache.BeginReset(); });
  for (size_t i = 0; i < cache.shards() && world_.broken() != Broken::kNoReset; ++i) {
    Then([&cache, i] {
      DiscardedEntries discarded;
      cache.ClearShard(i, discarded);
    });
  }
  Then([&cache, position] { cache.EndReset(position); });
}

void Subscriber::PlanEvent(const client::Event& event) {
  CacheCore& cache = world_.cache();
  if (!cache.IsNew(event.position())) return Then([] {});
  struct Applying {
    client::Event event;
    Change change;
    uint64_t step;
  };
  auto applying = std::make_shared<Applying>(Applying{.event = event, .change = {}, .step = 0});
  CompiledPatterns compiled(1);
  applying->change = ChangeOf(applying->event, compiled);
  if (world_.broken() == Broken::kAcknowledgesEarly) {
    Then([this, applying] { Acknowledge(applying->event.revision); });
  }
  Then([&cache, applying] { applying->step = cache.BeginChange(applying->change); });
  for (size_t i = 0; i < cache.shards(); ++i) {
    Then([&cache, applying, i] {
      DiscardedEntries discarded;
      cache.ApplyTo(i, applying->change, discarded);
    });
  }
  Then([this, &cache, applying] {
    cache.EndChange(applying->step, applying->event.revision, world_.Now());
  });
  Then([this, applying] { Acknowledge(applying->event.revision); });
}

void Subscriber::PlanProgress(const ProgressMessage& progress) {
  const bool from_echo = world_.broken() == Broken::kLeaseFromEcho;
  const Time from = from_echo ? world_.now() : progress.echoed_sent_at;
  Then([this, progress, from] {
    world_.cache().Progress(progress.position, absl::Seconds(from + kClientLease), world_.Now());
  });
}

void Subscriber::Acknowledge(uint64_t revision) {
  if (!world_.service().is_connected()) return;
  world_.service().Receive(world_.now(), revision, world_.now());
}

void Connect(World& world) {
  const Position applied = world.cache().Statistics(world.Now()).position;
  world.service().Connect(applied, world.now(), world.now());
}

}  // namespace cache_invalidation::interleaving
