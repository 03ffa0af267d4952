// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/owned_event.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::reference {
namespace {

absl::string_view Name(engine::TargetKind target) {
  switch (target) {
    case engine::TargetKind::kEverything:
      return "everything";
    case engine::TargetKind::kTag:
      return "tag";
    case engine::TargetKind::kKey:
      return "key";
    case engine::TargetKind::kPattern:
      return "pattern";
  }
  return "?";
}

absl::string_view Name(engine::EventSource source) {
  switch (source) {
    case engine::EventSource::kWrite:
      return "WRITE";
    case engine::EventSource::kCall:
      return "CALL";
    case engine::EventSource::kBatch:
      return "BATCH";
    case engine::EventSource::kFillRefused:
      return "FILL_REFUSED";
    case engine::EventSource::kDependencyMoved:
      return "DEPENDENCY_MOVED";
    case engine::EventSource::kLimit:
      return "LIMIT";
  }
  return "?";
}

absl::string_view Name(engine::CauseStep step) {
  switch (step) {
    case engine::CauseStep::kDirect:
      return "DIRECT";
    case engine::CauseStep::kRelationship:
      return "RELATIONSHIP";
    case engine::CauseStep::kRule:
      return "RULE";
    case engine::CauseStep::kCascade:
      return "CASCADE";
    case engine::CauseStep::kDependency:
      return "DEPENDENCY";
    case engine::CauseStep::kCall:
      return "CALL";
    case engine::CauseStep::kFillRefused:
      return "FILL_REFUSED";
    case engine::CauseStep::kDependencyMoved:
      return "DEPENDENCY_MOVED";
    case engine::CauseStep::kLimit:
      return "LIMIT";
    case engine::CauseStep::kOthers:
      return "OTHERS";
  }
  return "?";
}

}  // namespace

OwnedEvent Own(const engine::Event& event) {
  OwnedEvent owned{event.revision, event.source, {}, event.time};
  for (const engine::Invalidation& invalidation : event.invalidations) {
    OwnedInvalidation& target = owned.invalidations.emplace_back();
    target.kind = invalidation.kind;
    target.target = invalidation.target;
    target.name = std::string(invalidation.name);
    for (uint32_t index : event.causes_of(invalidation)) {
      const engine::Cause& cause = event.causes[index];
      target.causes.push_back(
          {cause.step, std::string(cause.name), cause.widened, cause.condition_failed});
    }
  }
  return owned;
}

engine::Event ViewOf(const OwnedEvent& owned) {
  engine::Event event;
  event.revision = owned.revision;
  event.source = owned.source;
  event.time = owned.time;
  for (const OwnedInvalidation& target : owned.invalidations) {
    engine::Invalidation invalidation{target.kind, target.target, target.name};
    invalidation.first_cause = event.cause_indexes.size();
    invalidation.cause_count = target.causes.size();
    for (const OwnedCause& cause : target.causes) {
      const engine::Cause view{cause.step, cause.name, cause.widened, cause.condition_failed};
      auto found = std::find(event.causes.begin(), event.causes.end(), view);
      event.cause_indexes.push_back(found - event.causes.begin());
      if (found == event.causes.end()) event.causes.push_back(view);
    }
    event.invalidations.push_back(invalidation);
  }
  return event;
}

std::string Text(const OwnedEvent& event) {
  std::string text = absl::StrCat("event ", event.revision, " ", Name(event.source));
  if (event.time) absl::StrAppend(&text, " ", absl::FormatTime(*event.time, absl::UTCTimeZone()));
  absl::StrAppend(&text, "\n");
  for (const OwnedInvalidation& invalidation : event.invalidations) {
    const bool evict = invalidation.kind == engine::InvalidationKind::kEvict;
    absl::StrAppend(&text, "  ", evict ? "evict " : "stale ", Name(invalidation.target), " '",
                    invalidation.name, "' <-");
    for (const OwnedCause& cause : invalidation.causes) {
      absl::StrAppend(&text, " ", Name(cause.step), "(", cause.name, ")",
                      cause.widened ? "widened" : "", cause.condition_failed ? "failed" : "");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace cache_invalidation::reference
