// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_WRITE_MESSAGE_H_
#define CACHE_INVALIDATION_SERVER_RPC_WRITE_MESSAGE_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"
#include "protos/internal/v1/write.pb.h"
#include "server/shard/mailbox.h"

namespace cache_invalidation::rpc {

// One message of StreamWrites with its response. Its groups become one submission. Each group gets
// an acknowledgement at its index, with a result or an error.
//
// Thread-compatible.
class WriteMessage {
 public:
  // Fails with INVALID_ARGUMENT if the message as a whole is invalid: malformed, no groups or too
  // many.
  static absl::StatusOr<std::shared_ptr<WriteMessage>> Parse(absl::string_view bytes);

  // The field `namespace`.
  absl::string_view namespace_field() const { return namespace_field_; }

  // Returns the commands of the valid groups; the acknowledgements of the others are filled in. The
  // commands are views into the message, valid until Park or Answer.
  std::vector<std::variant<engine::Command, engine::Query>> Convert();

  // The submission was not accepted: keeps only the bytes of the message until Convert is called
  // again.
  void Park();

  // The cost of the message for a mailbox: its size after conversion. REQUIRES: Convert was called.
  size_t size_bytes() const;

  // Fills in the acknowledgements of the groups last returned by Convert, in that order. `answers`
  // is empty if Convert returned nothing. Frees the request.
  void Answer(const std::vector<shard::Result>& answers, absl::string_view epoch);

  bool answered() const { return answered_; }

  // The response is one message, or several if it exceeds kMaxAnswerBytes. Returns the first one
  // that has not been popped; null if all have. REQUIRES: answered().
  const v1::StreamWritesResponse* part() const { return parts_.empty() ? nullptr : parts_.front(); }
  void PopPart() { parts_.pop_front(); }

 private:
  WriteMessage();

  // Splits the response into parts.
  void Split();

  // The parsed request and what its commands need; null while parked, and once answered. A message
  // of a few megabytes can take forty times as much once parsed.
  struct Request {
    google::protobuf::Arena arena;
    internal::v1::StreamWritesRequest& message =
        *google::protobuf::Arena::CreateMessage<internal::v1::StreamWritesRequest>(&arena);
  };
  std::unique_ptr<Request> request_;
  std::string parked_;
  std::string namespace_field_;
  google::protobuf::Arena response_arena_;
  v1::StreamWritesResponse& response_;  // on response_arena_, as are the parts
  std::deque<const v1::StreamWritesResponse*> parts_;
  size_t wire_bytes_ = 0;
  size_t command_bytes_ = 0;
  std::vector<v1::WriteAcknowledgement*> waiting_;  // the acknowledgements of the groups last
                                                    // returned by Convert
  bool answered_ = false;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_WRITE_MESSAGE_H_
