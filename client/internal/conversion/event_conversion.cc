#include "client/internal/conversion/event_conversion.h"

namespace cache_invalidation::client::internal {
namespace {

v1::EventSource SourceToProto(EventSource in) {
  switch (in) {
    case EventSource::kUnknown:
      return v1::EVENT_SOURCE_UNSPECIFIED;
    case EventSource::kWrite:
      return v1::EVENT_SOURCE_WRITE;
    case EventSource::kCall:
      return v1::EVENT_SOURCE_CALL;
    case EventSource::kBatch:
      return v1::EVENT_SOURCE_BATCH;
    case EventSource::kFillRefused:
      return v1::EVENT_SOURCE_FILL_REFUSED;
    case EventSource::kDependencyMoved:
      return v1::EVENT_SOURCE_DEPENDENCY_MOVED;
    case EventSource::kLimit:
      return v1::EVENT_SOURCE_LIMIT;
  }
  return v1::EVENT_SOURCE_UNSPECIFIED;
}

EventSource SourceFromProto(v1::EventSource in) {
  switch (in) {
    case v1::EVENT_SOURCE_WRITE:
      return EventSource::kWrite;
    case v1::EVENT_SOURCE_CALL:
      return EventSource::kCall;
    case v1::EVENT_SOURCE_BATCH:
      return EventSource::kBatch;
    case v1::EVENT_SOURCE_FILL_REFUSED:
      return EventSource::kFillRefused;
    case v1::EVENT_SOURCE_DEPENDENCY_MOVED:
      return EventSource::kDependencyMoved;
    case v1::EVENT_SOURCE_LIMIT:
      return EventSource::kLimit;
    default:
      return EventSource::kUnknown;
  }
}

v1::CauseStep StepToProto(CauseStep in) {
  switch (in) {
    case CauseStep::kUnknown:
      return v1::CAUSE_STEP_UNSPECIFIED;
    case CauseStep::kDirect:
      return v1::CAUSE_STEP_DIRECT;
    case CauseStep::kRelationship:
      return v1::CAUSE_STEP_RELATIONSHIP;
    case CauseStep::kRule:
      return v1::CAUSE_STEP_RULE;
    case CauseStep::kCascade:
      return v1::CAUSE_STEP_CASCADE;
    case CauseStep::kDependency:
      return v1::CAUSE_STEP_DEPENDENCY;
    case CauseStep::kCall:
      return v1::CAUSE_STEP_CALL;
    case CauseStep::kFillRefused:
      return v1::CAUSE_STEP_FILL_REFUSED;
    case CauseStep::kDependencyMoved:
      return v1::CAUSE_STEP_DEPENDENCY_MOVED;
    case CauseStep::kLimit:
      return v1::CAUSE_STEP_LIMIT;
    case CauseStep::kOthers:
      return v1::CAUSE_STEP_OTHERS;
  }
  return v1::CAUSE_STEP_UNSPECIFIED;
}

CauseStep StepFromProto(v1::CauseStep in) {
  switch (in) {
    case v1::CAUSE_STEP_DIRECT:
      return CauseStep::kDirect;
    case v1::CAUSE_STEP_RELATIONSHIP:
      return CauseStep::kRelationship;
    case v1::CAUSE_STEP_RULE:
      return CauseStep::kRule;
    case v1::CAUSE_STEP_CASCADE:
      return CauseStep::kCascade;
    case v1::CAUSE_STEP_DEPENDENCY:
      return CauseStep::kDependency;
    case v1::CAUSE_STEP_CALL:
      return CauseStep::kCall;
    case v1::CAUSE_STEP_FILL_REFUSED:
      return CauseStep::kFillRefused;
    case v1::CAUSE_STEP_DEPENDENCY_MOVED:
      return CauseStep::kDependencyMoved;
    case v1::CAUSE_STEP_LIMIT:
      return CauseStep::kLimit;
    case v1::CAUSE_STEP_OTHERS:
      return CauseStep::kOthers;
    default:
      return CauseStep::kUnknown;
  }
}

void FillInvalidation(const Invalidation& in, v1::Invalidation* out) {
  out->set_kind(in.kind == InvalidationKind::kMarkStale ? v1::INVALIDATION_KIND_MARK_STALE
                                                        : v1::INVALIDATION_KIND_EVICT);
  switch (in.target) {
    case TargetKind::kTag:
      out->set_tag(in.name);
      break;
    case TargetKind::kKey:
      out->set_key(in.name);
      break;
    case TargetKind::kPattern:
      out->set_pattern(in.name);
      break;
    case TargetKind::kEverything:
      out->set_everything(true);
      break;
  }
  out->mutable_causes()->Assign(in.causes.begin(), in.causes.end());
}

Invalidation InvalidationOf(const v1::Invalidation& in) {
  Invalidation out;
  if (in.kind() == v1::INVALIDATION_KIND_MARK_STALE) out.kind = InvalidationKind::kMarkStale;
  switch (in.target_case()) {
    case v1::Invalidation::kTag:
      out.target = TargetKind::kTag;
      out.name = in.tag();
      break;
    case v1::Invalidation::kKey:
      out.target = TargetKind::kKey;
      out.name = in.key();
      break;
    case v1::Invalidation::kPattern:
      out.target = TargetKind::kPattern;
      out.name = in.pattern();
      break;
    case v1::Invalidation::kEverything:
    case v1::Invalidation::TARGET_NOT_SET:
      out.target = TargetKind::kEverything;
      break;
  }
  out.causes.assign(in.causes().begin(), in.causes().end());
  return out;
}

}  // namespace

void ToProto(const Event& in, v1::Event* out) {
  out->set_revision(in.revision);
  out->set_last_part(true);
  out->set_source(SourceToProto(in.source));
  for (const Cause& cause : in.causes) {
    v1::Cause* added = out->add_causes();
    added->set_step(StepToProto(cause.step));
    added->set_name(cause.name);
    added->set_widened(cause.widened);
    added->set_condition_failed(cause.condition_failed);
  }
  for (const Invalidation& invalidation : in.invalidations) {
    FillInvalidation(invalidation, out->add_invalidations());
  }
}

Event FromProto(const v1::Event& in) {
  Event out{.revision = in.revision(),
            .epoch = {},
            .source = SourceFromProto(in.source()),
            .causes = {},
            .invalidations = {}};
  for (const v1::Cause& cause : in.causes()) {
    out.causes.push_back({.step = StepFromProto(cause.step()),
                          .name = cause.name(),
                          .widened = cause.widened(),
                          .condition_failed = cause.condition_failed()});
  }
  for (const v1::Invalidation& invalidation : in.invalidations()) {
    out.invalidations.push_back(InvalidationOf(invalidation));
  }
  return out;
}

}  // namespace cache_invalidation::client::internal
