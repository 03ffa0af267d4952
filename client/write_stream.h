// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_WRITE_STREAM_H_
#define CACHE_INVALIDATION_CLIENT_WRITE_STREAM_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/write_event.h"

namespace cache_invalidation::client {

struct WriteStreamOptions {
  // How long a command can remain without a result, across reconnects, before it is abandoned; its
  // outcome is then unknown.
  absl::Duration deadline = absl::Seconds(60);

  // Number of commands without a result, and their total bytes, at which Write blocks.
  size_t max_unanswered_commands = 4'096;
  size_t max_unanswered_bytes = 16 << 20;
};

struct OpenWriteStreamParams {
  WriteStreamOptions stream = {};

  // Default: the client's.
  std::optional<std::string> namespace_name = {};
};

// Receives the result of one command. Called on the stream's thread, in the order of the commands.
// Must not block, and must not call Write, Flush or Close.
using WriteCallback = std::function<void(const absl::StatusOr<WriteResult>&)>;

// Sends writes without waiting for each result: for a high rate of writes, and for callers that
// must not wait.
//
//   auto stream = client.OpenWriteStream();
//   stream->Write({{.resource_type = "user", .resource_id = "1", .operation = "update"}},
//                 [&](const absl::StatusOr<WriteResult>& result) {
//                   if (!result.ok()) Log(result.status());  // as for InvalidateByWrites
//                 });
//   stream->Flush();
//
// Waiting writes are sent together, so the cost per write falls as the rate rises. A lost stream is
// reopened, with backoff, and commands without a result are sent again; a command that was applied
// before the stream was lost is then applied twice, which is harmless.
//
// Threads: one of its own, which calls the callbacks, and those of gRPC. Thread-safe; the commands
// of one thread are applied in the order of its calls.
// Errors: a command that the service refuses gets its error and does not affect the others.
// Cost: a fraction of a round trip per command; memory for the commands without a result.
class WriteStream {
 public:
  // As Close.
  virtual ~WriteStream() = default;

  // Sends the writes of one command (one event, all or nothing), as InvalidateByWrites. Blocks
  // while a limit of WriteStreamOptions is reached. `done` may be empty. After Close the command
  // fails with CANCELLED.
  virtual void Write(std::vector<WriteEvent> writes, WriteCallback done) = 0;

  // Blocks until every earlier command has its result.
  virtual void Flush() = 0;

  // Flushes and closes the stream: no further writes are accepted. Can be called again.
  virtual void Close() = 0;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WRITE_STREAM_H_
