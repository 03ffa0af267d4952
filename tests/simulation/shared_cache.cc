// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/shared_cache.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::simulation {

Reader::Reader(Surroundings& world, SharedCache& cache, std::string namespace_name,
               std::string name)
    : world_(world),
      cache_(cache),
      namespace_name_(std::move(namespace_name)),
      name_(std::move(name)) {}

void Reader::Step() {
  if (call_ != nullptr) {
    if (!call_->answered) return;
    const std::shared_ptr<Call> call = std::move(call_);
    if (fill_) return OnTracked(*call);
    if (call->ok()) OnLookedUp(*call);
    return;
  }
  fill_ ? GoOn() : Lookup();
}

void Reader::Lookup() {
  row_ = world_.choices.Below(kRows);
  known_version_ = world_.database.InvalidatedBy(row(), world_.now());
  found_ = cache_.values[row_];
  auto call = std::make_shared<Call>();
  call->namespace_name = namespace_name_;
  call->buffer = std::make_shared<property::Buffer>();
  call->requests.emplace_back(engine::Query(engine::LookupEntry{call->buffer->Keep(key())}));
  if (world_.Send(call)) call_ = std::move(call);
}

void Reader::OnLookedUp(const Call& call) {
  const auto& result = std::get<engine::LookupEntryResult>(*call.answers.front());
  if (result.state != engine::EntryState::kFresh || !found_ || found_->fill_id != result.fill_id) {
    fill_ = Fill{{world_.database.Read(row()), absl::StrCat("fill-", ++cache_.fills)},
                 call.epoch,
                 result.revision};
    return GoOn();
  }
  world_.report.Log(name_, " uses version ", found_->version, " of ", key());
  if (found_->version < known_version_) {
    world_.report.Fail(absl::StrCat(name_, " was told that version ", found_->version, " of ",
                                    key(), " is fresh, but it looked it up after version ",
                                    known_version_, " had been invalidated"));
  }
}

// Loads, stores, then tracks. Other clients may act before each step.
void Reader::GoOn() {
  if (!world_.calm && world_.choices.Percent(15)) return;
  if (world_.choices.Percent(3)) return fill_.reset();
  if (!fill_->stored) {
    cache_.values[row_] = fill_->value;
    fill_->stored = true;
    if (!world_.calm && world_.choices.Percent(15)) return;
  }
  Track();
}

void Reader::Track() {
  auto call = std::make_shared<Call>();
  call->namespace_name = namespace_name_;
  call->buffer = std::make_shared<property::Buffer>();
  engine::TrackedEntry entry;
  entry.key = call->buffer->Keep(key());
  entry.tags = {call->buffer->Keep(row().tag())};
  entry.position = engine::PositionView{call->buffer->Keep(fill_->epoch), fill_->revision};
  entry.fill_id = call->buffer->Keep(fill_->value.fill_id);
  engine::TrackEntries command;
  command.entries.push_back(std::move(entry));
  call->requests.emplace_back(engine::Command(std::move(command)));
  world_.report.Log(name_, " fills ", key(), " with version ", fill_->value.version, " at ",
                    fill_->epoch, "/", fill_->revision, " as ", fill_->value.fill_id);
  call_ = call;
  if (world_.Send(call)) return;
  call_ = nullptr;
  fill_.reset();
}

// Nothing to clean up, whatever the answer: readers check whether the fill is current.
void Reader::OnTracked(const Call& call) {
  const bool kept =
      call.ok() &&
      std::get<engine::TrackEntriesResult>(*call.answers.front()).results.front().outcome ==
          engine::FillOutcome::kKept;
  world_.report.Log(name_, "'s fill of ", key(), kept ? " is kept" : " is not kept");
  fill_.reset();
}

}  // namespace cache_invalidation::simulation
