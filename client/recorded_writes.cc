// SPDX-License-Identifier: Apache-2.0

#include "client/recorded_writes.h"

#include <utility>

#include "absl/status/status.h"
#include "client/internal/widened_call.h"
#include "client/json.h"
#include "client/widening.h"

namespace cache_invalidation::client {

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
    absl::StatusOr<WriteResult> result =
        internal::Report(client, told, params.wait, params.options);
    if (!IsWriteRefusal(result.status())) return result;
  }
  return internal::Report(client, {.everything = true}, params.wait, params.options);
}

}  // namespace cache_invalidation::client
