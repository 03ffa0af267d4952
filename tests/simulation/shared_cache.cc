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
  if (call_ == nullptr) return Lookup();
  if (!call_->answered) return;
  const std::shared_ptr<Call> call = std::move(call_);
  if (fill_ != 0) return OnTracked(*call);
  if (call->ok()) OnLookedUp(*call);
}

void Reader::Lookup() {
  row_ = world_.choices.Below(kRows);
  known_version_ = world_.database.InvalidatedBy(row(), world_.now());
  auto call = std::make_shared<Call>();
  call->namespace_name = namespace_name_;
  call->buffer = std::make_shared<property::Buffer>();
  call->requests.emplace_back(engine::Query(engine::LookupEntry{call->buffer->Keep(key())}));
  if (world_.Send(call)) call_ = std::move(call);
}

void Reader::OnLookedUp(const Call& call) {
  const auto& reply = std::get<engine::LookupEntryReply>(call.answers.front().reply);
  const absl::optional<SharedCache::Value>& value = cache_.values[row_];
  if (reply.state != engine::EntryState::kFresh || !value || !value->confirmed) {
    return Fill(call.epoch, reply.revision);
  }
  world_.report.Log(name_, " uses version ", value->version, " of ", key());
  if (value->version < known_version_) {
    world_.report.Fail(absl::StrCat(name_, " was told that version ", value->version, " of ", key(),
                                    " is fresh, but it looked it up after version ", known_version_,
                                    " had been invalidated"));
  }
}

void Reader::Fill(const std::string& epoch, uint64_t revision) {
  const uint64_t version = world_.database.Read(row());
  auto call = std::make_shared<Call>();
  call->namespace_name = namespace_name_;
  call->buffer = std::make_shared<property::Buffer>();
  engine::TrackedEntry entry;
  entry.key = call->buffer->Keep(key());
  entry.tags = {call->buffer->Keep(row().tag())};
  entry.position = engine::PositionView{call->buffer->Keep(epoch), revision};
  engine::TrackEntries command;
  command.entries.push_back(std::move(entry));
  call->requests.emplace_back(engine::Command(std::move(command)));
  fill_ = ++cache_.fills;
  cache_.values[row_] = SharedCache::Value{version, fill_, false};
  world_.report.Log(name_, " fills ", key(), " with version ", version, " at ", epoch, "/",
                    revision);
  call_ = call;
  if (!world_.Send(call)) {
    call_ = nullptr;
    cache_.values[row_].reset();
    fill_ = 0;
  }
}

void Reader::OnTracked(const Call& call) {
  const auto* reply = std::get_if<engine::TrackEntriesReply>(&call.answers.front().reply);
  const bool kept = call.ok() && reply->results.front().outcome == engine::FillOutcome::kKept;
  world_.report.Log(name_, "'s fill of ", key(), kept ? " is kept" : " is not kept");
  absl::optional<SharedCache::Value>& value = cache_.values[row_];
  if (!kept) {
    value.reset();
  } else if (value && value->fill == fill_) {
    value->confirmed = true;
  }
  fill_ = 0;
}

}  // namespace cache_invalidation::simulation
