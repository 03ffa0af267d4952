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
  // How long a command may stay unanswered, over all reconnecting, before it is given up: its
  // outcome is unknown then.
  absl::Duration deadline = absl::Seconds(60);

  // How many commands, and how many bytes of them, may be unanswered before Write blocks.
  size_t max_unanswered_commands = 4'096;
  size_t max_unanswered_bytes = 16 << 20;
};

struct OpenWriteStreamParams {
  WriteStreamOptions stream = {};

  // Default: the client's.
  std::optional<std::string> namespace_name = {};
};

// Gets the answer to one command. Called on the stream's thread, in the order of the commands; must
// not block, nor call Write, Flush or Close.
using WriteCallback = std::function<void(const absl::StatusOr<WriteResult>&)>;

// Tells writes without waiting for each answer: for those who write much, and for those who do not
// want to wait.
//
//   auto stream = client.OpenWriteStream();
//   stream->Write({{.resource_type = "user", .resource_id = "1", .operation = "update"}},
//                 [&](const absl::StatusOr<WriteResult>& result) {
//                   if (!result.ok()) Log(result.status());  // as of InvalidateByWrites
//                 });
//   stream->Flush();
//
// What is waiting goes out together, so the more is written the less each costs. A lost stream is
// opened again, with backoff, and what was not answered is sent again; a command that was applied
// and not answered is applied twice, which is harmless.
//
// Threads: one of its own, which calls the callbacks; gRPC's. Thread-safe; commands of one thread
// are applied in its order.
// Errors: a command that the service refuses gets its error and does not stop the others.
// Cost: a fraction of a round trip for each command; memory for what is unanswered.
class WriteStream {
 public:
  // As Close.
  virtual ~WriteStream() = default;

  // Takes the writes of one command (one event, all or nothing), as InvalidateByWrites. Blocks
  // while too much is unanswered. `done` may be empty. After Close the answer is CANCELLED.
  virtual void Write(std::vector<WriteEvent> writes, WriteCallback done) = 0;

  // Blocks until everything that was written before has its answer.
  virtual void Flush() = 0;

  // Flush, and then the end: nothing can be written any more. May be called again.
  virtual void Close() = 0;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WRITE_STREAM_H_
