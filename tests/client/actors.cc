// SPDX-License-Identifier: Apache-2.0

#include "tests/client/actors.h"

#include <variant>

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
using client::internal::Flight;

namespace {

bool AcceptsStale(const ReadOptions& options) {
  return options.while_revalidating || options.while_fenced || options.if_error;
}

}  // namespace

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

Reader::Reader(World& world, std::string key, int times, ReadOptions options, Way way)
    : world_(world), key_(std::move(key)), options_(options), way_(way), left_(times) {}

bool Reader::IsReady() const { return reading_ != nullptr ? reading_->IsReady() : left_ > 0; }

void Reader::Step() {
  if (reading_ == nullptr) {
    floor_ = world_.covered();
    stale_floor_ = world_.covered_for_stale();
    reading_ = std::make_unique<Reading>(world_, key_, options_);
    if (way_ == Way::kAsync) reading_->LoadElsewhere();
    if (way_ == Way::kOutage) reading_->FailToLoad();
    --left_;
  }
  reading_->Step();
  if (!reading_->is_done()) return;
  const bool accepts_stale = reading_->is_stale() && AcceptsStale(options_);
  world_.CheckRead(key_, reading_->versions(), accepts_stale ? *stale_floor_ : *floor_);
  reading_.reset();
}

// ---- ManyReader

ManyReader::ManyReader(World& world, std::vector<std::string> keys, int times, ReadOptions options)
    : world_(world), keys_(std::move(keys)), options_(options), left_(times) {}

bool ManyReader::IsReady() const { return readings_.empty() ? left_ > 0 : Next() != nullptr; }

Reading* ManyReader::Next() const {
  // First all find or begin their loads, then the loader runs, then its loads end, and only then
  // those of others are waited for.
  const auto first = [&](const auto& is_next) -> Reading* {
    for (const std::unique_ptr<Reading>& each : readings_) {
      if (!each->is_done() && is_next(*each)) return each.get();
    }
    return nullptr;
  };
  if (Reading* next = first([](const Reading& each) { return each.is_starting(); })) return next;
  if (Reading* next = first([](const Reading& each) { return each.is_loading(); })) return next;
  if (Reading* next = first([](const Reading& each) { return !each.is_waiting(); })) return next;
  return first([](const Reading& each) { return each.IsReady(); });
}

void ManyReader::Step() {
  if (readings_.empty()) {
    floor_ = world_.covered();
    stale_floor_ = world_.covered_for_stale();
    --left_;
    for (const std::string& key : keys_) {
      readings_.push_back(std::make_unique<Reading>(world_, key, options_));
      readings_.back()->Step();  // the lease is checked once for all
    }
    return;
  }
  Next()->Step();
  for (const std::unique_ptr<Reading>& each : readings_) {
    if (!each->is_done()) return;
  }
  for (size_t i = 0; i < keys_.size(); ++i) {
    const Reading& each = *readings_[i];
    const bool accepts_stale = each.is_stale() && AcceptsStale(options_);
    world_.CheckRead(keys_[i], each.versions(), accepts_stale ? stale_floor_ : floor_);
  }
  readings_.clear();
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
      cache.ApplyTo(shard_++, change_, world_.Now(), discarded_);
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
  const bool continues =
      world_.cache().Start(started.head, started.start_after, absl::Seconds(kClientLease));
  if (continues) return Then([] {});
  PlanReset({.epoch = started.head.epoch, .revision = started.start_after});
}

void Subscriber::PlanReset(const Position& position) {
  CacheCore& cache = world_.cache();
  Then([&cache] { cache.BeginReset(); });
  for (size_t i = 0; i < cache.shards() && world_.broken() != Broken::kNoReset; ++i) {
    Then([this, &cache, i] {
      DiscardedEntries discarded;
      cache.ClearShard(i, world_.Now(), discarded);
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
    Then([this, &cache, applying, i] {
      DiscardedEntries discarded;
      cache.ApplyTo(i, applying->change, world_.Now(), discarded);
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
