#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_WRITE_STREAM_CORE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_WRITE_STREAM_CORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/write_stream.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"

namespace cache_invalidation::client::internal {

// A callback and what it is to be called with.
struct Answered {
  WriteCallback done;
  absl::StatusOr<WriteResult> result;
};

// A write stream without its thread and its network: keeps what is unanswered, in order, and says
// what to send. All times are of Clock::Monotonic. Thread-compatible.
//
// Invariants:
//   1. Commands are numbered 1, 2, 3, ... and answered in that order.
//   2. The first `sent_` of the unanswered ones were sent on the current stream.
class WriteStreamCore {
 public:
  WriteStreamCore(std::string namespace_name, const WriteStreamOptions& options)
      : namespace_name_(std::move(namespace_name)), options_(options) {}

  // Whether no more should be added for now.
  bool IsFull() const;
  bool IsEmpty() const { return unanswered_.empty(); }

  void Add(const std::vector<WriteEvent>& writes, WriteCallback done, absl::Duration now);

  // A stream begins: what is unanswered will be sent again.
  void Begin() { sent_ = 0; }

  // The message to send now, if there is anything to send. To be asked while no other is on its
  // way: so the messages grow with what has gathered in the meantime.
  std::optional<v1::StreamWritesRequest> NextMessage();

  // Takes answers. An error: the stream broke its promises and must be replaced.
  absl::StatusOr<std::vector<Answered>> Receive(const v1::StreamWritesResponse& response);

  // The stream ended so that trying again as before cannot help. Finds the command that is to blame
  // by sending one at a time what was sent on it, and gives the error to it.
  std::vector<Answered> Refuse(const absl::Status& status);

  // Gives up what is too old. `last_end`: how the last stream ended, to tell why.
  std::vector<Answered> Expire(absl::Duration now, const absl::Status& last_end);

  // When Expire has something to do; infinite if nothing is unanswered.
  absl::Duration ExpiresAt() const;

 private:
  struct Command {
    v1::WriteGroup group;
    size_t bytes = 0;
    absl::Duration expires;
    WriteCallback done;
  };

  // Whether the next command may be one that the service refuses.
  bool OneAtATime() const {
    return !unanswered_.empty() && unanswered_.front().group.sequence() <= suspected_until_;
  }

  Answered Finish(absl::StatusOr<WriteResult> result);

  const std::string namespace_name_;
  const WriteStreamOptions options_;
  std::deque<Command> unanswered_;
  size_t unanswered_bytes_ = 0;
  size_t sent_ = 0;
  uint64_t last_sequence_ = 0;
  uint64_t suspected_until_ = 0;  // the last command that was sent on a stream that was refused
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_WRITE_STREAM_CORE_H_
