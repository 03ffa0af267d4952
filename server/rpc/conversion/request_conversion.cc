// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/request_conversion.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/names.h"

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

// Returns the number that did not fit.
uint32_t FromNames(const std::vector<std::string>& names, ProtoStrings* proto) {
  size_t bytes = 0;
  size_t fit = 0;
  for (; fit < names.size(); ++fit) {
    bytes += names[fit].size();
    if (bytes > kMaxWaitingNameBytes) break;
    *proto->Add() = names[fit];
  }
  return static_cast<uint32_t>(names.size() - fit);
}

}  // namespace

absl::Status AtField(absl::string_view field, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(field, ": ", status.message()));
}

absl::Status AtElement(absl::string_view field, size_t index, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(field, "[", index, "]: ", status.message()));
}

absl::Status InField(absl::string_view field, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(field, ".", status.message()));
}

absl::Status InElement(absl::string_view field, size_t index, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(field, "[", index, "].", status.message()));
}

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
  if (const auto known = wire::ToStrategy(strategy); known.has_value()) return *known;
  return AtField("strategy", absl::InvalidArgumentError(absl::StrCat(
                                 "expected a known strategy, got ", static_cast<int>(strategy))));
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

void SortToSet(std::vector<std::string>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

absl::StatusOr<absl::Duration> ToDuration(const google::protobuf::Duration& duration,
                                          absl::Duration least, absl::Duration most) {
  if (!IsDuration(duration)) {
    return OutOfRange(least, most, "seconds and nanos that are not a duration");
  }
  const absl::Duration value = wire::ToDuration(duration);
  if (value < least || value > most) return OutOfRange(least, most, absl::FormatDuration(value));
  return value;
}

std::string MakePageToken(const ListIdentity& identity, internal::v1::PageToken last_item) {
  last_item.set_list(std::string(identity.list));
  last_item.set_namespace_(std::string(identity.namespace_name));
  last_item.set_filter(identity.filter);
  return absl::WebSafeBase64Escape(last_item.SerializeAsString());
}

absl::StatusOr<const internal::v1::PageToken*> ReadPageToken(const ListIdentity& identity,
                                                             absl::string_view token,
                                                             google::protobuf::Arena& arena) {
  auto* read = google::protobuf::Arena::CreateMessage<internal::v1::PageToken>(&arena);
  if (token.empty()) return read;
  std::string bytes;
  const bool ours =
      token.size() <= kMaxPageTokenBytes && absl::WebSafeBase64Unescape(token, &bytes) &&
      read->ParseFromString(bytes) && read->list() == identity.list &&
      read->namespace_() == identity.namespace_name && read->filter() == identity.filter;
  if (ours) return read;
  return AtField("page_token",
                 absl::InvalidArgumentError(
                     "expected the next_page_token of a call with the same parameters"));
}

absl::StatusOr<uint32_t> ToPageLimit(int32_t page_size) {
  if (page_size < 0) {
    return AtField("page_size",
                   absl::InvalidArgumentError(absl::StrCat("expected 0 or more, got ", page_size)));
  }
  if (page_size == 0) return kDefaultPageSize;
  return std::min(static_cast<uint32_t>(page_size), kMaxPageSize);
}

absl::Status CheckWaitTimeout(const google::protobuf::Duration& timeout) {
  return AtField("wait_timeout", ToDuration(timeout, kMinWaitTimeout, kMaxWaitTimeout).status());
}

absl::Duration ToWaitTimeout(const google::protobuf::Duration& timeout) {
  return *ToDuration(timeout, kMinWaitTimeout, kMaxWaitTimeout);
}

void FromWaitOutcome(const delivery::WaitOutcome& outcome, v1::Waiting* proto) {
  proto->set_more_waited_for(FromNames(outcome.waited_for, proto->mutable_waited_for()));
  proto->set_more_lapsed(FromNames(outcome.lapsed, proto->mutable_lapsed()));
  proto->set_more_late(FromNames(outcome.late, proto->mutable_late()));
  proto->set_not_acknowledging(outcome.not_acknowledging);
  proto->set_unknown_late(outcome.unknown_late);
  proto->set_not_waited(outcome.not_waited);
}

}  // namespace cache_invalidation::rpc
