// SPDX-License-Identifier: Apache-2.0

// InvalidateByRecordedWrites: reports writes that the application recorded in a table of its
// database, in the transactions that made them, so that none is lost (docs/outbox.md).
//
//   const RecordedWritesParams recorded{.writes = db.Query("SELECT write FROM outbox")};
//   if (InvalidateByRecordedWrites(client, recorded).ok()) db.Delete("outbox", recorded.writes);
//
// What is recorded is committed, so it is never refused: writes beyond a limit are reported less
// precisely (widening.h), and if one cannot be read, or the service refuses them, everything is
// invalidated.
//
// Threads: as Client. Blocks until the service has responded or the deadline has passed.
// Errors: as Client::InvalidateByWrites. The writes must then be reported again, which is harmless.
// Cost: one round trip, whatever the number of writes.

#ifndef CACHE_INVALIDATION_CLIENT_RECORDED_WRITES_H_
#define CACHE_INVALIDATION_CLIENT_RECORDED_WRITES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/call_options.h"
#include "client/client.h"
#include "client/write_event.h"

namespace cache_invalidation::client {

struct RecordedWritesParams {
  // Each a WriteEvent as JSON (ToJson in json.h), in the order of their commits. They become one
  // event. None: the call does nothing, and waits for nothing.
  std::vector<std::string> writes = {};

  std::optional<WaitForSubscribers> wait = {};
  CallOptions options = {};
};

absl::StatusOr<WriteResult> InvalidateByRecordedWrites(const Client& client,
                                                       const RecordedWritesParams& params);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_RECORDED_WRITES_H_
