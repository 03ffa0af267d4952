#include "client/internal/attempt.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "grpc/support/time.h"

namespace cache_invalidation::client::internal {
namespace {

// A wait without a timeout ends with the longest lease (60 s) and its margin.
constexpr absl::Duration kLongestWait = absl::Seconds(67);

// A deadline too far away would overflow. No call should take longer.
constexpr absl::Duration kLongestCall = absl::Hours(24);

// gRPC's convention: the delay in milliseconds that the server asks for.
constexpr char kPushbackKey[] = "grpc-retry-pushback-ms";

absl::Duration RetryDelay(const grpc::ClientContext& context) {
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto found = metadata.find(kPushbackKey);
  int64_t milliseconds = 0;
  if (found == metadata.end() ||
      !absl::SimpleAtoi(absl::string_view(found->second.data(), found->second.size()),
                        &milliseconds)) {
    return absl::ZeroDuration();
  }
  return absl::Milliseconds(std::max<int64_t>(milliseconds, 0));
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

absl::Duration ExtraFor(const std::optional<WaitForSubscribers>& wait) {
  if (!wait.has_value()) return absl::ZeroDuration();
  return wait->timeout.value_or(kLongestWait);
}

void Prepare(const RetrySchedule& schedule, grpc::ClientContext& context) {
  // A duration, not a time, because gRPC uses its own clock, not the injected one.
  context.set_deadline(gpr_time_from_micros(
      absl::ToInt64Microseconds(std::min(schedule.Remaining(), kLongestCall)), GPR_TIMESPAN));
  context.set_wait_for_ready(schedule.WaitsForConnection());
}

Attempt AttemptOf(const grpc::ClientContext& context, const grpc::Status& status) {
  if (status.ok()) return {absl::OkStatus()};
  return {FromGrpc(status), RetryDelay(context)};
}

}  // namespace cache_invalidation::client::internal
