#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_REQUEST_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_REQUEST_CONVERSION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "protos/cache_invalidation/v1/position.pb.h"
#include "protos/cache_invalidation/v1/strategy.pb.h"
#include "server/engine/command.h"
#include "server/engine/model.h"

namespace cache_invalidation::delivery {
struct WaitOutcome;
}  // namespace cache_invalidation::delivery

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

// What a response contains besides the engine's result.
struct AnswerContext {
  // The namespace of the call; `default` if the field was empty.
  absl::string_view namespace_name;
  // The epoch that revisions belong to.
  absl::string_view epoch;
  // The number of streams subscribed to a namespace.
  absl::FunctionRef<uint64_t(absl::string_view namespace_name)> subscribers;
  // The outcome of waiting for subscribers; null: the call did not wait.
  const delivery::WaitOutcome* waiting = nullptr;
};

// Lists of names in requests and responses.

using ProtoStrings = google::protobuf::RepeatedPtrField<std::string>;

// Fails with INVALID_ARGUMENT, without a path, unless `count` is between `least` and `most`.
absl::Status CheckCount(size_t count, size_t least, size_t most);

// Applies a check of common/names.h to every element; the error names the element.
absl::Status CheckEach(absl::string_view field, const ProtoStrings& values,
                       absl::Status (*check)(absl::string_view));

// Both. The count is checked first, so a list over its limit is not walked.
absl::Status CheckList(absl::string_view field, const ProtoStrings& values, size_t least,
                       size_t most, absl::Status (*check)(absl::string_view));

// The elements in order, as views into `values`.
std::vector<absl::string_view> ToViews(const ProtoStrings& values);

// Sorts the elements and drops repeated ones.
void SortToSet(std::vector<std::string>& values);

void FromStrings(const std::vector<std::string>& values, ProtoStrings* proto);

// Fails with INVALID_ARGUMENT, without the path of the field, if the value is not a valid duration
// or not between `least` and `most`.
absl::StatusOr<absl::Duration> ToDuration(const google::protobuf::Duration& duration,
                                          absl::Duration least, absl::Duration most);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_REQUEST_CONVERSION_H_
