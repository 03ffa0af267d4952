#include "client/internal/conversion/entry_conversion.h"

#include "client/internal/conversion/position_conversion.h"
#include "client/internal/conversion/repeated.h"
#include "client/internal/conversion/time_conversion.h"

namespace cache_invalidation::client::internal {
namespace {

void FillEntry(const TrackedEntry& in, v1::TrackedEntry* out) {
  out->set_key(in.key);
  ToProto(in.tags, out->mutable_tags());
  ToProto(in.depends_on.names, out->mutable_depends_on());
  ToProto(in.depends_on.keys, out->mutable_depends_on_keys());
  ToProto(in.depends_on.tags, out->mutable_depends_on_tags());
  if (in.ttl.has_value()) ToProto(*in.ttl, out->mutable_ttl());
  if (in.position.has_value()) ToProto(*in.position, out->mutable_position());
  out->set_only_tracked_keys(in.only_tracked_keys);
  out->set_fill_id(in.fill_id);
}

v1::FillOutcome OutcomeToProto(FillOutcome in) {
  switch (in) {
    case FillOutcome::kKept:
      return v1::FILL_OUTCOME_KEPT;
    case FillOutcome::kRefusedMoved:
      return v1::FILL_OUTCOME_REFUSED_MOVED;
    case FillOutcome::kRefusedPosition:
      return v1::FILL_OUTCOME_REFUSED_POSITION;
  }
  return v1::FILL_OUTCOME_UNSPECIFIED;
}

FillOutcome OutcomeFromProto(v1::FillOutcome in) {
  switch (in) {
    case v1::FILL_OUTCOME_KEPT:
      return FillOutcome::kKept;
    case v1::FILL_OUTCOME_REFUSED_MOVED:
      return FillOutcome::kRefusedMoved;
    default:
      return FillOutcome::kRefusedPosition;
  }
}

v1::EntryState StateToProto(EntryState in) {
  switch (in) {
    case EntryState::kFresh:
      return v1::ENTRY_STATE_FRESH;
    case EntryState::kStale:
      return v1::ENTRY_STATE_STALE;
    case EntryState::kAbsent:
      return v1::ENTRY_STATE_ABSENT;
  }
  return v1::ENTRY_STATE_UNSPECIFIED;
}

EntryState StateFromProto(v1::EntryState in) {
  switch (in) {
    case v1::ENTRY_STATE_FRESH:
      return EntryState::kFresh;
    case v1::ENTRY_STATE_STALE:
      return EntryState::kStale;
    default:
      return EntryState::kAbsent;
  }
}

v1::ValidationState ValidationToProto(ValidationState in) {
  return in == ValidationState::kNotMoved ? v1::VALIDATION_STATE_NOT_MOVED
                                          : v1::VALIDATION_STATE_MOVED;
}

// The elements of a repeated enum are plain numbers.
ValidationState ValidationFromProto(int in) {
  return in == v1::VALIDATION_STATE_NOT_MOVED ? ValidationState::kNotMoved
                                              : ValidationState::kMoved;
}

}  // namespace

void ToProto(const TrackEntriesParams& in, v1::TrackEntriesRequest* out) {
  for (const TrackedEntry& entry : in.entries) FillEntry(entry, out->add_entries());
}

void ToProto(const UntrackEntriesParams& in, v1::UntrackEntriesRequest* out) {
  ToProto(in.keys, out->mutable_keys());
}

void ToProto(const LookupEntryParams& in, v1::LookupEntryRequest* out) { out->set_key(in.key); }

void ToProto(const ValidateParams& in, v1::ValidateRequest* out) {
  ToProto(in.position, out->mutable_position());
  for (const KeyWithTags& key : in.keys) {
    v1::KeyWithTags* added = out->add_keys();
    added->set_key(key.key);
    ToProto(key.tags, added->mutable_tags());
    added->set_fill_id(key.fill_id);
  }
  ToProto(in.tags, out->mutable_tags());
}

void ToProto(const TrackEntriesResult& in, v1::TrackEntriesResponse* out) {
  for (const TrackResult& result : in.results) {
    v1::TrackResult* added = out->add_results();
    added->set_key(result.key);
    added->set_outcome(OutcomeToProto(result.outcome));
    added->set_moved(result.moved);
  }
  ToProto(in.position, out->mutable_position());
  ToProto(in.warnings, out->mutable_warnings());
}

TrackEntriesResult FromProto(const v1::TrackEntriesResponse& in) {
  TrackEntriesResult out{
      .results = {}, .position = FromProto(in.position()), .warnings = FromProto(in.warnings())};
  for (const v1::TrackResult& result : in.results()) {
    out.results.push_back({.key = result.key(),
                           .outcome = OutcomeFromProto(result.outcome()),
                           .moved = result.moved()});
  }
  return out;
}

void ToProto(const EntryLookup& in, v1::LookupEntryResponse* out) {
  out->set_state(StateToProto(in.state));
  ToProto(in.position, out->mutable_position());
  ToProto(in.tags, out->mutable_tags());
  if (in.ttl.has_value()) ToProto(*in.ttl, out->mutable_ttl());
  out->set_fill_id(in.fill_id);
  out->set_more_tags(in.more_tags);
}

EntryLookup FromProto(const v1::LookupEntryResponse& in) {
  EntryLookup out{.state = StateFromProto(in.state()),
                  .position = FromProto(in.position()),
                  .tags = FromProto(in.tags()),
                  .ttl = std::nullopt,
                  .fill_id = in.fill_id(),
                  .more_tags = in.more_tags()};
  if (in.has_ttl()) out.ttl = FromProto(in.ttl());
  return out;
}

void ToProto(const Validation& in, v1::ValidateResponse* out) {
  for (ValidationState state : in.keys) out->add_keys(ValidationToProto(state));
  for (ValidationState state : in.tags) out->add_tags(ValidationToProto(state));
  ToProto(in.position, out->mutable_position());
}

Validation FromProto(const v1::ValidateResponse& in) {
  Validation out{.keys = {}, .tags = {}, .position = FromProto(in.position())};
  for (int state : in.keys()) out.keys.push_back(ValidationFromProto(state));
  for (int state : in.tags()) out.tags.push_back(ValidationFromProto(state));
  return out;
}

}  // namespace cache_invalidation::client::internal
