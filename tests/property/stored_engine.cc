// SPDX-License-Identifier: Apache-2.0

#include "tests/property/stored_engine.h"

#include "common/check.h"
#include "server/wire/record_codec.h"
#include "tests/property/generator.h"

namespace cache_invalidation::property {

StoredEngine::StoredEngine(const engine::Limits& limits)
    : limits_(limits), engine_(std::make_unique<engine::Engine>(kEpoch, limits)) {}

engine::Applied StoredEngine::Apply(const engine::Command& command, absl::Time now) {
  engine::Applied applied = engine_->Apply(command, now);
  for (const engine::RecordChange& change : applied.delta) {
    if (change.deleted) {
      const wire::Row row = wire::EncodeRecordIdentity(change.record);
      rows_.erase({row.kind, row.identity});
    } else {
      wire::Row row = wire::EncodeRecord(change.record);
      rows_[{row.kind, std::move(row.identity)}] = std::move(row.value);
    }
  }
  for (const engine::Event& event : applied.events) events_.push_back(reference::Own(event));
  return applied;
}

std::unique_ptr<StoredEngine> StoredEngine::Rebuild() const {
  auto rebuilt = std::make_unique<StoredEngine>(limits_);
  rebuilt->rows_ = rows_;
  rebuilt->events_ = events_;
  for (const auto& [name, value] : rows_) {
    absl::StatusOr<engine::Record> record = wire::DecodeRecord(name.first, name.second, value);
    Check(record.ok(), "a row that was encoded can be decoded");
    rebuilt->engine_->Load(*record);
  }
  for (const reference::OwnedEvent& event : events_) {
    if (event.revision > engine_->floor()) rebuilt->engine_->Replay(reference::ViewOf(event));
  }
  rebuilt->engine_->FinishLoad();
  return rebuilt;
}

}  // namespace cache_invalidation::property
