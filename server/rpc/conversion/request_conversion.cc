#include "server/rpc/conversion/request_conversion.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/limits.h"
#include "common/names.h"
#include "server/rpc/conversion/field_error.h"

namespace cache_invalidation::rpc {
namespace {

constexpr absl::string_view kDefaultNamespace = "default";

constexpr int32_t kNanosPerSecond = 1'000'000'000;
// The range that protobuf defines: about 10,000 years.
constexpr int64_t kMaxSeconds = 315'576'000'000;

bool IsDuration(const google::protobuf::Duration& duration) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  return seconds >= -kMaxSeconds && seconds <= kMaxSeconds && nanos > -kNanosPerSecond &&
         nanos < kNanosPerSecond && (seconds <= 0 || nanos >= 0) && (seconds >= 0 || nanos <= 0);
}

absl::Status OutOfRange(absl::Duration least, absl::Duration most, const std::string& got) {
  return absl::InvalidArgumentError(absl::StrCat("expected a duration of ",
                                                 absl::FormatDuration(least), " to ",
                                                 absl::FormatDuration(most), ", got ", got));
}

}  // namespace

absl::StatusOr<absl::string_view> ToNamespace(absl::string_view field_value) {
  if (field_value.empty()) return kDefaultNamespace;
  const absl::Status status = CheckNamespaceName(field_value);
  if (!status.ok()) return AtField("namespace", status);
  return field_value;
}

absl::Status CheckRequestIdField(absl::string_view request_id) {
  return AtField("request_id", CheckRequestId(request_id));
}

absl::StatusOr<engine::Strategy> ToStrategy(v1::InvalidationStrategy strategy) {
  switch (strategy) {
    case v1::INVALIDATION_STRATEGY_UNSPECIFIED:
    case v1::INVALIDATION_STRATEGY_IMMEDIATE:
      return engine::Strategy::kImmediate;
    case v1::INVALIDATION_STRATEGY_BATCHED:
      return engine::Strategy::kBatched;
    case v1::INVALIDATION_STRATEGY_LAZY:
      return engine::Strategy::kLazy;
    case v1::INVALIDATION_STRATEGY_CASCADE:
      return engine::Strategy::kCascade;
    default:
      return AtField("strategy",
                     absl::InvalidArgumentError(absl::StrCat("expected a known strategy, got ",
                                                             static_cast<int>(strategy))));
  }
}

v1::InvalidationStrategy FromStrategy(engine::Strategy strategy) {
  switch (strategy) {
    case engine::Strategy::kImmediate:
      return v1::INVALIDATION_STRATEGY_IMMEDIATE;
    case engine::Strategy::kBatched:
      return v1::INVALIDATION_STRATEGY_BATCHED;
    case engine::Strategy::kLazy:
      return v1::INVALIDATION_STRATEGY_LAZY;
    case engine::Strategy::kCascade:
      return v1::INVALIDATION_STRATEGY_CASCADE;
  }
  Check(false, "every strategy has its value in the contract");
  return v1::INVALIDATION_STRATEGY_UNSPECIFIED;
}

absl::StatusOr<engine::PositionView> ToPosition(const v1::Position& position) {
  const absl::Status status = CheckEpoch(position.epoch());
  if (!status.ok()) return InField("position", AtField("epoch", status));
  return engine::PositionView{position.epoch(), position.revision()};
}

void FromRevision(uint64_t revision, absl::string_view epoch, v1::Position* position) {
  position->set_epoch(epoch.data(), epoch.size());
  position->set_revision(revision);
}

absl::StatusOr<absl::Duration> ToTtl(const google::protobuf::Duration& ttl) {
  absl::StatusOr<absl::Duration> duration = ToDuration(ttl, kMinTtl, kMaxTtl);
  if (!duration.ok()) return AtField("ttl", duration.status());
  return duration;
}

absl::Status CheckCount(size_t count, size_t least, size_t most) {
  if (count >= least && count <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      least == 0 ? absl::StrCat("expected at most ", most, ", got ", count)
                 : absl::StrCat("expected ", least, " to ", most, ", got ", count));
}

absl::Status CheckEach(absl::string_view field, const ProtoStrings& values,
                       absl::Status (*check)(absl::string_view)) {
  size_t index = 0;
  for (const std::string& value : values) {
    const absl::Status status = check(value);
    if (!status.ok()) return AtElement(field, index, status);
    ++index;
  }
  return absl::OkStatus();
}

absl::Status CheckList(absl::string_view field, const ProtoStrings& values, size_t least,
                       size_t most, absl::Status (*check)(absl::string_view)) {
  const absl::Status count = CheckCount(static_cast<size_t>(values.size()), least, most);
  return count.ok() ? CheckEach(field, values, check) : AtField(field, count);
}

std::vector<absl::string_view> ToViews(const ProtoStrings& values) {
  return {values.begin(), values.end()};
}

std::vector<std::string> ToSortedSet(const ProtoStrings& values) {
  std::vector<std::string> set(values.begin(), values.end());
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

void FromStrings(const std::vector<std::string>& values, ProtoStrings* proto) {
  proto->Reserve(static_cast<int>(values.size()));
  for (const std::string& value : values) *proto->Add() = value;
}

absl::StatusOr<absl::Duration> ToDuration(const google::protobuf::Duration& duration,
                                          absl::Duration least, absl::Duration most) {
  if (!IsDuration(duration)) {
    return OutOfRange(least, most, "seconds and nanos that are not a duration");
  }
  const absl::Duration value =
      absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  if (value < least || value > most) return OutOfRange(least, most, absl::FormatDuration(value));
  return value;
}

void FromDuration(absl::Duration duration, google::protobuf::Duration* proto) {
  if (duration < absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
    duration = absl::ZeroDuration();
  }
  proto->set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

void FromTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  proto->set_seconds(seconds);
  proto->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace cache_invalidation::rpc
