// SPDX-License-Identifier: Apache-2.0

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

// A callback and its argument.
struct Answered {
  WriteCallback done;
  absl::StatusOr<WriteResult> result;
};

// A write stream without thread and network: keeps the unanswered commands, in order, and decides
// what to send. All times are of Clock::Monotonic. Thread-compatible.
//
// Invariants:
//   1. Commands are numbered 1, 2, 3, ... and answered in that order.
//   2. The first `sent_` of the unanswered commands were sent on the current stream.
class WriteStreamCore {
 public:
  WriteStreamCore(std::string namespace_name, const WriteStreamOptions& options)
      : namespace_name_(std::move(namespace_name)), options_(options) {}

  // Whether the caller should wait before it adds more.
  bool IsFull() const;
  bool IsEmpty() const { return unanswered_.empty(); }

  void Add(const std::vector<WriteEvent>& writes, WriteCallback done, absl::Duration now);

  // A stream begins: all unanswered commands will be sent again.
  void Begin() { sent_ = 0; }

  // Returns the message to send now, if there is anything to send. REQUIRES: no other message is
  // being sent, so that a message carries everything that was added in the meantime.
  std::optional<v1::StreamWritesRequest> NextMessage();

  // Handles acknowledgements. An error means that the stream violates the protocol and must be
  // replaced.
  absl::StatusOr<std::vector<Answered>> Receive(const v1::StreamWritesResponse& response);

  // The stream ended with an error that a retry cannot cure. Finds the offending command, by
  // sending the commands of that stream one at a time, and fails it with the error.
  std::vector<Answered> Refuse(const absl::Status& status);

  // Fails the commands whose deadline has passed. The error text contains `last_end`, the status of
  // the last stream.
  std::vector<Answered> Expire(absl::Duration now, const absl::Status& last_end);

  // When Expire has something to do; infinite if no command is unanswered.
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
  uint64_t suspected_until_ = 0;  // the last command sent on a refused stream
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_WRITE_STREAM_CORE_H_
