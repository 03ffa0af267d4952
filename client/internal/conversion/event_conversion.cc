// SPDX-License-Identifier: Apache-2.0

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
  if (in.time.has_value()) ToProto(*in.time, out->mutable_time());
}

Event FromProto(const v1::Event& in) {
  return {.revision = in.revision(),
          .epoch = {},
          .source = FromProto(kSources, in.source()),
          .causes = FromProto(in.causes()),
          .invalidations = FromProto(in.invalidations()),
          .time = FromProtoIf(in.has_time(), in.time())};
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

void ToProto(const ListSubscribersParams& in, v1::ListSubscribersRequest* out) {
  out->set_page_size(in.page_size);
  out->set_page_token(in.page_token);
}

void ToProto(const FilterSummary& in, v1::FilterSummary* out) {
  out->set_tags(in.tags);
  out->set_key_prefixes(in.key_prefixes);
  ToProto(in.first_tags, out->mutable_first_tags());
  ToProto(in.first_key_prefixes, out->mutable_first_key_prefixes());
}

FilterSummary FromProto(const v1::FilterSummary& in) {
  return {.tags = in.tags(),
          .key_prefixes = in.key_prefixes(),
          .first_tags = FromProto(in.first_tags()),
          .first_key_prefixes = FromProto(in.first_key_prefixes())};
}

void ToProto(const Subscriber& in, v1::Subscriber* out) {
  out->set_name(in.name);
  out->set_instance(in.instance);
  ToProto(in.position, out->mutable_position());
  out->set_lag(in.lag);
  out->set_acknowledges(in.acknowledges);
  ToProto(in.lease, out->mutable_lease());
  ToProto(in.lease_left, out->mutable_lease_left());
  if (in.connected_since.has_value()) {
    ToProto(*in.connected_since, out->mutable_connected_since());
  }
  if (in.filter.has_value()) ToProto(*in.filter, out->mutable_filter());
}

Subscriber FromProto(const v1::Subscriber& in) {
  return {.name = in.name(),
          .instance = in.instance(),
          .position = FromProto(in.position()),
          .lag = in.lag(),
          .acknowledges = in.acknowledges(),
          .lease = FromProto(in.lease()),
          .lease_left = FromProto(in.lease_left()),
          .connected_since = FromProtoIf(in.has_connected_since(), in.connected_since()),
          .filter = FromProtoIf(in.has_filter(), in.filter())};
}

void ToProto(const SubscriberPage& in, v1::ListSubscribersResponse* out) {
  ToProto(in.subscribers, out->mutable_subscribers());
  out->set_next_page_token(in.next_page_token);
}

SubscriberPage FromProto(const v1::ListSubscribersResponse& in) {
  return {.subscribers = FromProto(in.subscribers()), .next_page_token = in.next_page_token()};
}

}  // namespace cache_invalidation::client::internal
