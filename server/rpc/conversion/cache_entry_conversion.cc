// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/cache_entry_conversion.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/limits.h"
#include "common/names.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {
namespace {

absl::StatusOr<engine::TrackedEntry> ToTrackedEntry(const v1::TrackedEntry& proto) {
  engine::TrackedEntry entry;
  absl::Status status = AtField("key", CheckKey(proto.key()));
  entry.key = proto.key();
  status.Update(CheckList("tags", proto.tags(), 0, kMaxTagsPerEntry, CheckTag));
  absl::StatusOr<engine::DependencyNames> names = ToDependencyNames(
      proto.key(), proto.depends_on(), proto.depends_on_keys(), proto.depends_on_tags(), 0);
  status.Update(names.status());
  status.Update(AtField("fill_id", CheckFillId(proto.fill_id())));
  status.Update(ReadTtlAndPosition(proto, entry));
  if (!status.ok()) return status;
  entry.tags = ToViews(proto.tags());
  entry.depends_on = *std::move(names);
  entry.only_tracked_keys = proto.only_tracked_keys();
  entry.fill_id = proto.fill_id();
  return entry;
}

absl::StatusOr<engine::KeyWithTags> ToKeyWithTags(const v1::KeyWithTags& proto) {
  absl::Status status = AtField("key", CheckKey(proto.key()));
  status.Update(CheckList("tags", proto.tags(), 0, kMaxTagsPerEntry, CheckTag));
  status.Update(AtField("fill_id", CheckFillId(proto.fill_id())));
  if (!status.ok()) return status;
  return engine::KeyWithTags{proto.key(), ToViews(proto.tags()), proto.fill_id()};
}

v1::FillOutcome FromFillOutcome(engine::FillOutcome outcome) {
  switch (outcome) {
    case engine::FillOutcome::kKept:
      return v1::FILL_OUTCOME_KEPT;
    case engine::FillOutcome::kRefusedMoved:
      return v1::FILL_OUTCOME_REFUSED_MOVED;
    case engine::FillOutcome::kRefusedPosition:
      return v1::FILL_OUTCOME_REFUSED_POSITION;
  }
  Check(false, "every outcome of a fill has its value in the contract");
  return v1::FILL_OUTCOME_UNSPECIFIED;
}

v1::EntryState FromEntryState(engine::EntryState state) {
  switch (state) {
    case engine::EntryState::kFresh:
      return v1::ENTRY_STATE_FRESH;
    case engine::EntryState::kStale:
      return v1::ENTRY_STATE_STALE;
    case engine::EntryState::kAbsent:
      return v1::ENTRY_STATE_ABSENT;
  }
  Check(false, "every state of an entry has its value in the contract");
  return v1::ENTRY_STATE_UNSPECIFIED;
}

v1::ValidationState FromMoved(bool moved) {
  return moved ? v1::VALIDATION_STATE_MOVED : v1::VALIDATION_STATE_NOT_MOVED;
}

}  // namespace

absl::StatusOr<engine::TrackEntries> ToTrackEntries(const v1::TrackEntriesRequest& request) {
  const auto count = static_cast<size_t>(request.entries_size());
  absl::Status status = AtField("entries", CheckCount(count, 1, kMaxEntriesPerCall));
  status.Update(CheckRequestIdField(request.request_id()));
  if (!status.ok()) return status;
  engine::TrackEntries command;
  command.entries.reserve(count);
  size_t names = 0;
  for (const v1::TrackedEntry& proto : request.entries()) {
    absl::StatusOr<engine::TrackedEntry> entry = ToTrackedEntry(proto);
    if (!entry.ok()) return InElement("entries", command.entries.size(), entry.status());
    names += entry->tags.size() + entry->depends_on.names.size() + entry->depends_on.keys.size() +
             entry->depends_on.tags.size();
    command.entries.push_back(*std::move(entry));
  }
  if (names > kMaxNamesPerTrack) {
    return AtField("entries", absl::InvalidArgumentError(absl::StrCat(
                                  "they have ", names, " tags and dependencies together; at most ",
                                  kMaxNamesPerTrack)));
  }
  return command;
}

absl::StatusOr<engine::UntrackEntries> ToUntrackEntries(const v1::UntrackEntriesRequest& request) {
  absl::Status status = CheckList("keys", request.keys(), 1, kMaxEntriesPerCall, CheckKey);
  status.Update(CheckRequestIdField(request.request_id()));
  if (!status.ok()) return status;
  return engine::UntrackEntries{ToViews(request.keys())};
}

absl::StatusOr<engine::LookupEntry> ToLookupEntry(const v1::LookupEntryRequest& request) {
  const absl::Status status = AtField("key", CheckKey(request.key()));
  if (!status.ok()) return status;
  return engine::LookupEntry{request.key()};
}

absl::StatusOr<engine::Validate> ToValidate(const v1::ValidateRequest& request) {
  if (!request.has_position()) {
    return AtField("position",
                   absl::InvalidArgumentError("expected a position to compare with, got none"));
  }
  const absl::StatusOr<engine::PositionView> position = ToPosition(request.position());
  absl::Status status = position.status();
  const auto count =
      static_cast<size_t>(request.keys_size()) + static_cast<size_t>(request.tags_size());
  status.Update(AtField("keys", CheckCount(count, 1, kMaxNamesPerValidate)));
  if (!status.ok()) return status;
  status.Update(CheckEach("tags", request.tags(), CheckTag));
  if (!status.ok()) return status;

  engine::Validate query;
  query.position = *position;
  query.keys.reserve(static_cast<size_t>(request.keys_size()));
  for (const v1::KeyWithTags& proto : request.keys()) {
    absl::StatusOr<engine::KeyWithTags> key = ToKeyWithTags(proto);
    if (!key.ok()) return InElement("keys", query.keys.size(), key.status());
    query.keys.push_back(*std::move(key));
  }
  query.tags = ToViews(request.tags());
  return query;
}

void FromTrackEntries(const engine::TrackEntriesResult& result, const AnswerContext& context,
                      v1::TrackEntriesResponse* response) {
  for (const engine::TrackResult& fill : result.results) {
    v1::TrackResult* proto = response->add_results();
    proto->set_key(fill.key);
    proto->set_outcome(FromFillOutcome(fill.outcome));
    proto->set_moved(fill.moved);
  }
  FromRevision(result.revision, context.epoch, response->mutable_position());
  FromStrings(result.warnings, response->mutable_warnings());
}

void FromUntrackEntries(const engine::UntrackEntriesResult& result, const AnswerContext& context,
                        v1::UntrackEntriesResponse* response) {
  response->set_found(result.found);
}

void FromLookupEntry(const engine::LookupEntryResult& result, const AnswerContext& context,
                     v1::LookupEntryResponse* response) {
  response->set_state(FromEntryState(result.state));
  FromRevision(result.revision, context.epoch, response->mutable_position());
  FromStrings(result.tags, response->mutable_tags());
  if (result.ttl) wire::FromDuration(*result.ttl, response->mutable_ttl());
  response->set_fill_id(result.fill_id);
  response->set_more_tags(static_cast<uint32_t>(result.more_tags));
}

void FromValidate(const engine::ValidateResult& result, const AnswerContext& context,
                  v1::ValidateResponse* response) {
  for (const bool moved : result.keys_moved) response->add_keys(FromMoved(moved));
  for (const bool moved : result.tags_moved) response->add_tags(FromMoved(moved));
  FromRevision(result.revision, context.epoch, response->mutable_position());
}

}  // namespace cache_invalidation::rpc
