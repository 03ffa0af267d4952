// SPDX-License-Identifier: Apache-2.0

#include "client/internal/conversion/conversion.h"

namespace cache_invalidation::client::internal {
namespace {

constexpr EnumPair<FillOutcome, v1::FillOutcome> kOutcomes[] = {
    {FillOutcome::kRefusedPosition, v1::FILL_OUTCOME_REFUSED_POSITION},
    {FillOutcome::kRefusedMoved, v1::FILL_OUTCOME_REFUSED_MOVED},
    {FillOutcome::kKept, v1::FILL_OUTCOME_KEPT},
};

constexpr EnumPair<EntryState, v1::EntryState> kStates[] = {
    {EntryState::kAbsent, v1::ENTRY_STATE_ABSENT},
    {EntryState::kStale, v1::ENTRY_STATE_STALE},
    {EntryState::kFresh, v1::ENTRY_STATE_FRESH},
};

constexpr EnumPair<ValidationState, v1::ValidationState> kValidationStates[] = {
    {ValidationState::kMoved, v1::VALIDATION_STATE_MOVED},
    {ValidationState::kNotMoved, v1::VALIDATION_STATE_NOT_MOVED},
};

// Sets the fields of a request that say what a key depends on.
template <typename Request>
void SetDependencies(const DependencyNames& in, Request* out) {
  ToProto(in.names, out->mutable_depends_on());
  ToProto(in.keys, out->mutable_depends_on_keys());
  ToProto(in.tags, out->mutable_depends_on_tags());
}

}  // namespace

void ToProto(const TrackedEntry& in, v1::TrackedEntry* out) {
  out->set_key(in.key);
  ToProto(in.tags, out->mutable_tags());
  SetDependencies(in.depends_on, out);
  if (in.ttl.has_value()) ToProto(*in.ttl, out->mutable_ttl());
  if (in.position.has_value()) ToProto(*in.position, out->mutable_position());
  out->set_only_tracked_keys(in.only_tracked_keys);
  out->set_fill_id(in.fill_id);
}

void ToProto(const KeyWithTags& in, v1::KeyWithTags* out) {
  out->set_key(in.key);
  ToProto(in.tags, out->mutable_tags());
  out->set_fill_id(in.fill_id);
}

void ToProto(const TrackEntriesParams& in, v1::TrackEntriesRequest* out) {
  ToProto(in.entries, out->mutable_entries());
}

void ToProto(const UntrackEntriesParams& in, v1::UntrackEntriesRequest* out) {
  ToProto(in.keys, out->mutable_keys());
}

void ToProto(const LookupEntryParams& in, v1::LookupEntryRequest* out) { out->set_key(in.key); }

void ToProto(const ValidateParams& in, v1::ValidateRequest* out) {
  ToProto(in.position, out->mutable_position());
  ToProto(in.keys, out->mutable_keys());
  ToProto(in.tags, out->mutable_tags());
}

void ToProto(const TrackResult& in, v1::TrackResult* out) {
  out->set_key(in.key);
  out->set_outcome(ToProto(kOutcomes, in.outcome));
  out->set_moved(in.moved);
}

TrackResult FromProto(const v1::TrackResult& in) {
  return {.key = in.key(), .outcome = FromProto(kOutcomes, in.outcome()), .moved = in.moved()};
}

void ToProto(const TrackEntriesResult& in, v1::TrackEntriesResponse* out) {
  ToProto(in.results, out->mutable_results());
  ToProto(in.position, out->mutable_position());
  ToProto(in.warnings, out->mutable_warnings());
}

TrackEntriesResult FromProto(const v1::TrackEntriesResponse& in) {
  return {.results = FromProto(in.results()),
          .position = FromProto(in.position()),
          .warnings = FromProto(in.warnings())};
}

void ToProto(const EntryLookup& in, v1::LookupEntryResponse* out) {
  out->set_state(ToProto(kStates, in.state));
  ToProto(in.position, out->mutable_position());
  ToProto(in.tags, out->mutable_tags());
  if (in.ttl.has_value()) ToProto(*in.ttl, out->mutable_ttl());
  out->set_fill_id(in.fill_id);
  out->set_more_tags(in.more_tags);
}

EntryLookup FromProto(const v1::LookupEntryResponse& in) {
  return {.state = FromProto(kStates, in.state()),
          .position = FromProto(in.position()),
          .tags = FromProto(in.tags()),
          .ttl = FromProtoIf(in.has_ttl(), in.ttl()),
          .fill_id = in.fill_id(),
          .more_tags = in.more_tags()};
}

void ToProto(const Validation& in, v1::ValidateResponse* out) {
  for (ValidationState state : in.keys) out->add_keys(ToProto(kValidationStates, state));
  for (ValidationState state : in.tags) out->add_tags(ToProto(kValidationStates, state));
  ToProto(in.position, out->mutable_position());
}

Validation FromProto(const v1::ValidateResponse& in) {
  Validation out{.keys = {}, .tags = {}, .position = FromProto(in.position())};
  for (int state : in.keys()) out.keys.push_back(FromProto(kValidationStates, state));
  for (int state : in.tags()) out.tags.push_back(FromProto(kValidationStates, state));
  return out;
}

void ToProto(const AddCacheDependencyParams& in, v1::AddCacheDependencyRequest* out) {
  out->set_key(in.key);
  SetDependencies(in.depends_on, out);
  if (in.ttl.has_value()) ToProto(*in.ttl, out->mutable_ttl());
  if (in.position.has_value()) ToProto(*in.position, out->mutable_position());
}

void ToProto(const RemoveCacheDependencyParams& in, v1::RemoveCacheDependencyRequest* out) {
  out->set_key(in.key);
  SetDependencies(in.depends_on, out);
}

void ToProto(const ListCacheDependenciesParams& in, v1::ListCacheDependenciesRequest* out) {
  out->set_name(in.name);
  out->set_direction(in.direction == DependencyDirection::kDependents
                         ? v1::DEPENDENCY_DIRECTION_DEPENDENTS
                         : v1::DEPENDENCY_DIRECTION_DEPENDS_ON);
  out->set_page_size(in.page_size);
  out->set_page_token(in.page_token);
}

void ToProto(const DependencyAddition& in, v1::AddCacheDependencyResponse* out) {
  out->set_added(in.added);
  out->set_invalidated(in.invalidated);
  ToProto(in.position, out->mutable_position());
  ToProto(in.warnings, out->mutable_warnings());
}

DependencyAddition FromProto(const v1::AddCacheDependencyResponse& in) {
  return {.added = in.added(),
          .invalidated = in.invalidated(),
          .position = FromProto(in.position()),
          .warnings = FromProto(in.warnings())};
}

void ToProto(const DependencyRemoval& in, v1::RemoveCacheDependencyResponse* out) {
  out->set_found(in.found);
  out->set_removed(in.removed);
}

DependencyRemoval FromProto(const v1::RemoveCacheDependencyResponse& in) {
  return {.found = in.found(), .removed = in.removed()};
}

void ToProto(const CacheDependency& in, v1::CacheDependency* out) {
  out->set_key(in.key);
  if (in.kind == CacheDependency::Kind::kTag) {
    out->set_depends_on_tag(in.depends_on);
  } else {
    out->set_depends_on_key(in.depends_on);
  }
  out->set_declared(in.declared);
  out->set_owned(in.owned);
  if (in.expires.has_value()) ToProto(*in.expires, out->mutable_expires());
}

CacheDependency FromProto(const v1::CacheDependency& in) {
  const bool tag = in.depends_on_case() == v1::CacheDependency::kDependsOnTag;
  return {.key = in.key(),
          .kind = tag ? CacheDependency::Kind::kTag : CacheDependency::Kind::kKey,
          .depends_on = tag ? in.depends_on_tag() : in.depends_on_key(),
          .declared = in.declared(),
          .owned = in.owned(),
          .expires = FromProtoIf(in.has_expires(), in.expires())};
}

void ToProto(const DependencyPage& in, v1::ListCacheDependenciesResponse* out) {
  ToProto(in.dependencies, out->mutable_dependencies());
  out->set_next_page_token(in.next_page_token);
}

DependencyPage FromProto(const v1::ListCacheDependenciesResponse& in) {
  return {.dependencies = FromProto(in.dependencies()), .next_page_token = in.next_page_token()};
}

}  // namespace cache_invalidation::client::internal
