#include "client/internal/conversion/conversion.h"

namespace cache_invalidation::client::internal {
namespace {

constexpr EnumPair<EventSource, v1::EventSource> kSources[] = {
    {EventSource::kUnknown, v1::EVENT_SOURCE_UNSPECIFIED},
    {EventSource::kWrite, v1::EVENT_SOURCE_WRITE},
    {EventSource::kCall, v1::EVENT_SOURCE_CALL},
    {EventSource::kBatch, v1::EVENT_SOURCE_BATCH},
    {EventSource::kFillRefused, v1::EVENT_SOURCE_FILL_REFUSED},
    {EventSource::kDependencyMoved, v1::EVENT_SOURCE_DEPENDENCY_MOVED},
    {EventSource::kLimit, v1::EVENT_SOURCE_LIMIT},
};

constexpr EnumPair<CauseStep, v1::CauseStep> kSteps[] = {
    {CauseStep::kUnknown, v1::CAUSE_STEP_UNSPECIFIED},
    {CauseStep::kDirect, v1::CAUSE_STEP_DIRECT},
    {CauseStep::kRelationship, v1::CAUSE_STEP_RELATIONSHIP},
    {CauseStep::kRule, v1::CAUSE_STEP_RULE},
    {CauseStep::kCascade, v1::CAUSE_STEP_CASCADE},
    {CauseStep::kDependency, v1::CAUSE_STEP_DEPENDENCY},
    {CauseStep::kCall, v1::CAUSE_STEP_CALL},
    {CauseStep::kFillRefused, v1::CAUSE_STEP_FILL_REFUSED},
    {CauseStep::kDependencyMoved, v1::CAUSE_STEP_DEPENDENCY_MOVED},
    {CauseStep::kLimit, v1::CAUSE_STEP_LIMIT},
    {CauseStep::kOthers, v1::CAUSE_STEP_OTHERS},
};

constexpr EnumPair<InvalidationKind, v1::InvalidationKind> kKinds[] = {
    {InvalidationKind::kEvict, v1::INVALIDATION_KIND_EVICT},
    {InvalidationKind::kMarkStale, v1::INVALIDATION_KIND_MARK_STALE},
};

constexpr EnumPair<ResetReason, v1::ResetReason> kReasons[] = {
    {ResetReason::kUnknown, v1::RESET_REASON_UNSPECIFIED},
    {ResetReason::kEpoch, v1::RESET_REASON_EPOCH},
    {ResetReason::kTrimmed, v1::RESET_REASON_TRIMMED},
    {ResetReason::kAhead, v1::RESET_REASON_AHEAD},
};

}  // namespace

void ToProto(const Cause& in, v1::Cause* out) {
  out->set_step(ToProto(kSteps, in.step));
  out->set_name(in.name);
  out->set_widened(in.widened);
  out->set_condition_failed(in.condition_failed);
}

Cause FromProto(const v1::Cause& in) {
  return {.step = FromProto(kSteps, in.step()),
          .name = in.name(),
          .widened = in.widened(),
          .condition_failed = in.condition_failed()};
}

void ToProto(const Invalidation& in, v1::Invalidation* out) {
  out->set_kind(ToProto(kKinds, in.kind));
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

Invalidation FromProto(const v1::Invalidation& in) {
  Invalidation out;
  out.kind = FromProto(kKinds, in.kind());
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

void ToProto(const Event& in, v1::Event* out) {
  out->set_revision(in.revision);
  out->set_last_part(true);
  out->set_source(ToProto(kSources, in.source));
  ToProto(in.causes, out->mutable_causes());
  ToProto(in.invalidations, out->mutable_invalidations());
}

Event FromProto(const v1::Event& in) {
  return {.revision = in.revision(),
          .epoch = {},
          .source = FromProto(kSources, in.source()),
          .causes = FromProto(in.causes()),
          .invalidations = FromProto(in.invalidations())};
}

void ToProto(const SubscriptionOptions& in, v1::Subscription* out) {
  out->set_name(in.name);
  ToProto(in.tags, out->mutable_tags());
  ToProto(in.key_prefixes, out->mutable_key_prefixes());
  out->set_acknowledges(in.acknowledgement != Acknowledgement::kNone);
  ToProto(in.lease, out->mutable_lease());
}

SubscriptionStarted FromProto(const v1::Started& in) {
  return {.head = FromProto(in.head()),
          .start_after = in.start_after(),
          .lease = FromProto(in.lease()),
          .heartbeat = FromProto(in.heartbeat()),
          .instance = in.instance()};
}

void ToProto(const SubscriptionReset& in, v1::Reset* out) {
  out->set_reason(ToProto(kReasons, in.reason));
  out->set_oldest_revision(in.oldest_revision);
  ToProto(in.start_after, out->mutable_start_after());
}

SubscriptionReset FromProto(const v1::Reset& in) {
  return {.reason = FromProto(kReasons, in.reason()),
          .oldest_revision = in.oldest_revision(),
          .start_after = FromProto(in.start_after())};
}

}  // namespace cache_invalidation::client::internal
