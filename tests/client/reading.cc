// SPDX-License-Identifier: Apache-2.0

#include "tests/client/reading.h"

#include <limits>

#include "absl/status/status.h"
#include "client/internal/cache/untyped_value.h"

namespace cache_invalidation::interleaving {

using client::ReadOptions;
using client::internal::CacheCore;
using client::internal::DiscardedEntries;
using client::internal::Fill;
using client::internal::Flight;
using client::internal::Found;
using client::internal::LoadRun;
using client::internal::LoadStart;

namespace {

// Whether a load notes that its loader was given a stale value. Not if the names have to protect it
// alone, as when the loader reads on another thread.
bool NotesStale(Broken broken) {
  return broken != Broken::kSharesStale && broken != Broken::kNoTakeOver &&
         broken != Broken::kNoDepartures && broken != Broken::kForgetsStale;
}

}  // namespace

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
    case Stage::kAskFenceAfterError:
      AskFence();
      stage_ = Stage::kFindAfterError;
      return;
    case Stage::kFindAfterError:
      return FindAfterError();
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
  options.while_revalidating = world_.broken() == Broken::kTakesStale;
  found_ = world_.cache().Find(key_, world_.type(), is_open_, asked_at_, options);
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
  attempt_ = world_.cache().BeginLoad(key_, world_.type(), is_open_, asked_at_, options_, runs_on_);
  if (!arrival_.has_value()) arrival_ = attempt_.arrival;
  if (attempt_.flight == nullptr) return Finish(attempt_.found);
  if (attempt_.found.value != nullptr) {
    world_.queued().push_back(attempt_.flight);
    return Finish(attempt_.found);
  }
  stage_ = Stage::kAwait;
  if (runs_on_ == CacheCore::RunsOn::kExecutor) {
    if (attempt_.leads) world_.queued().push_back(attempt_.flight);
    return;
  }
  if (attempt_.leads || attempt_.flight->Claim()) StartLoading();
}

void Reading::Await() {
  const Flight& flight = *attempt_.flight;
  if (!flight.MayBeSharedWith(*arrival_) && world_.broken() != Broken::kSharesAnyLoad) {
    stage_ = Stage::kAskFenceToLoad;
    return;
  }
  if (!attempt_.leads) world_.cache().CountSharedLoad(flight);
  const client::internal::UntypedValue value = flight.value();
  if (!value.ok()) return Fail();
  Finish({.value = *value});
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
  if (fails_) {
    DiscardedEntries discarded;
    world_.cache().EndLoad(*attempt_.flight, absl::UnavailableError("no database"), world_.Now(),
                           discarded, Run());
    return Fail();
  }
  const KeySpec& spec = world_.Spec(key_);
  client::DependencyNames depends_on = spec.depends_on;
  if (world_.broken() == Broken::kNoTakeOver) depends_on = {};
  // As if it had begun only now: what departed meanwhile does not count.
  LoadStart start = attempt_.flight->start();
  if (world_.broken() == Broken::kNoDepartures) start.number = std::numeric_limits<uint64_t>::max();
  const Flight flight(key_, world_.type(), start);
  resolution_ =
      world_.cache().Resolve(flight, spec.Tags((*loaded_)[spec.row]), depends_on, world_.Now());
  if (world_.broken() == Broken::kForgetsStale) resolution_.names_known = true;
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

LoadRun Reading::Run() const {
  return {.rests_on_stale = rests_on_stale_ && NotesStale(world_.broken())};
}

void Reading::End() {
  Fill fill{.value = loaded_,
            .names = resolution_.names,
            .names_known = resolution_.names_known,
            .needs_service = resolution_.needs_service};
  DiscardedEntries discarded;
  if (world_.broken() == Broken::kPositionAfterLoad) {
    EndAsOf(std::move(fill), /*only_resets=*/false);
  } else if (world_.broken() == Broken::kNoResetCount) {
    EndAsOf(std::move(fill), /*only_resets=*/true);
  } else {
    world_.cache().EndLoad(*attempt_.flight, std::move(fill), world_.Now(), discarded, Run());
  }
  Finish({.value = loaded_});
}

// Ends the load as one that was never wanted, and begins it anew with what it has loaded.
void Reading::EndAsOf(Fill fill, bool only_resets) {
  CacheCore& cache = world_.cache();
  LoadStart start = attempt_.flight->start();
  fill.is_wanted = false;
  DiscardedEntries discarded;
  cache.EndLoad(*attempt_.flight, fill, world_.Now(), discarded, Run());
  fill.is_wanted = true;
  const CacheCore::Attempt again = cache.BeginLoad(key_, world_.type(), true, world_.Now(), {});
  if (!again.leads) return;
  start.moment.resets = again.flight->start().moment.resets;
  if (!only_resets) start.moment.step = again.flight->start().moment.step;
  Flight flight(key_, world_.type(), start);
  cache.EndLoad(flight, std::move(fill), world_.Now(), discarded, Run());
}

void Reading::Fail() {
  if (options_.if_error) {
    stage_ = Stage::kAskFenceAfterError;
    return;
  }
  result_.fill(-1);
  stage_ = Stage::kDone;
}

void Reading::FindAfterError() {
  const Found stale =
      world_.cache().FindAfterError(key_, world_.type(), is_open_, asked_at_, options_);
  if (stale.value != nullptr) return Finish(stale);
  result_.fill(-1);
  stage_ = Stage::kDone;
}

void Reading::Finish(const Found& found) {
  result_ = *static_cast<const Versions*>(found.value.get());
  is_stale_ = found.is_stale || rests_on_stale_;
  stage_ = Stage::kDone;
}

}  // namespace cache_invalidation::interleaving
