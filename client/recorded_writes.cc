#include "client/recorded_writes.h"

#include <utility>

#include "absl/status/status.h"
#include "client/json.h"
#include "client/widening.h"

namespace cache_invalidation::client {
namespace {

// Whether the same writes would be refused again: their names, or a limit.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status);
}

absl::StatusOr<WriteResult> InvalidateEverything(const Client& client,
                                                 const RecordedWritesParams& params) {
  absl::StatusOr<InvalidationResult> result =
      client.Invalidate({.everything = true, .wait = params.wait, .options = params.options});
  if (!result.ok()) return result.status();
  return WriteResult{.position = std::move(result->position),
                     .invalidations = result->invalidations,
                     .widened = result->widened,
                     .pending_targets = result->pending_targets,
                     .waiting = std::move(result->waiting)};
}

}  // namespace

absl::StatusOr<WriteResult> InvalidateByRecordedWrites(const Client& client,
                                                       const RecordedWritesParams& params) {
  if (params.writes.empty()) return WriteResult{};
  WriteCollector collector({.widen_malformed_names = true});
  for (const std::string& text : params.writes) {
    absl::StatusOr<WriteEvent> write = WriteFromJson(text);
    write.ok() ? collector.Add(*std::move(write)) : collector.AddEverything();
  }
  WidenedWrites told = collector.Take();
  if (!told.everything) {
    absl::StatusOr<WriteResult> result = client.InvalidateByWrites(
        {.writes = std::move(told.writes), .wait = params.wait, .options = params.options});
    if (!IsRefusal(result.status())) return result;
  }
  return InvalidateEverything(client, params);
}

}  // namespace cache_invalidation::client
