#ifndef CACHE_INVALIDATION_SERVER_RPC_REQUEST_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_REQUEST_CONVERSION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "protos/cache_invalidation/v1/position.pb.h"
#include "protos/cache_invalidation/v1/strategy.pb.h"
#include "server/engine/command.h"
#include "server/engine/model.h"

namespace cache_invalidation::rpc {

// Fields shared by many requests and responses. Errors contain the name of the field, which is the
// same everywhere.

// The namespace of the field `namespace`: `default` if it is empty.
absl::StatusOr<absl::string_view> ToNamespace(absl::string_view field_value);

// Checks the field `request_id`.
absl::Status CheckRequestIdField(absl::string_view request_id);

// The field `strategy`; unspecified means IMMEDIATE.
absl::StatusOr<engine::Strategy> ToStrategy(v1::InvalidationStrategy strategy);

// The field `position`, as a view into the message.
absl::StatusOr<engine::PositionView> ToPosition(const v1::Position& position);
void FromRevision(uint64_t revision, absl::string_view epoch, v1::Position* position);

// The field `ttl`.
absl::StatusOr<absl::Duration> ToTtl(const google::protobuf::Duration& ttl);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_REQUEST_CONVERSION_H_
