#include "server/rpc/request_conversion.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/names.h"
#include "server/rpc/field_error.h"
#include "server/rpc/time_conversion.h"
#include "server/wire/declaration_conversion.h"

namespace cache_invalidation::rpc {
namespace {

constexpr absl::string_view kDefaultNamespace = "default";

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

}  // namespace cache_invalidation::rpc
