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
#include "server/shard/submission.h"

namespace cache_invalidation::rpc {

// One message of StreamWrites with its answer: its groups become one submission, and each gets an
// acknowledgement in its place, with a result or with what was wrong with it.
//
// Thread-compatible.
class WriteMessage {
 public:
  // INVALID_ARGUMENT if it is wrong as a whole: malformed, or with too many groups or none.
  static absl::StatusOr<std::shared_ptr<WriteMessage>> Parse(absl::string_view bytes);

  // The field `namespace`.
  absl::string_view namespace_field() const { return namespace_field_; }

  // The commands of the groups that are right; the others are answered here. The commands view the
  // message, until Park or Answer.
  std::vector<std::variant<engine::Command, engine::Query>> Convert();

  // The submission was not taken in: keeps no more than the bytes of the message, until Convert is
  // called again.
  void Park();

  // What the message costs a mailbox: what it holds once it is converted. REQUIRES: Convert.
  size_t size_bytes() const;

  // The answers to what Convert said last, in that order. Empty if that was empty. The request is
  // forgotten.
  void Answer(const std::vector<shard::Answer>& answers, absl::string_view epoch);

  bool answered() const { return answered_; }

  // The answer is one message, or several if it has more than kMaxAnswerBytes. The first one that
  // has not been taken; null: all have. REQUIRES: answered().
  const v1::StreamWritesResponse* part() const { return parts_.empty() ? nullptr : parts_.front(); }
  void PopPart() { parts_.pop_front(); }

 private:
  WriteMessage();

  // Makes parts of the response.
  void Split();

  // Parsed, with what its commands need; null while it is parked, and once it is answered. A
  // message of a few megabytes may take forty times as much when it is parsed.
  struct Request {
    google::protobuf::Arena arena;
    internal::v1::StreamWritesRequest& message =
        *google::protobuf::Arena::CreateMessage<internal::v1::StreamWritesRequest>(&arena);
  };
  std::unique_ptr<Request> request_;
  std::string parked_;
  std::string namespace_field_;
  google::protobuf::Arena response_arena_;
  v1::StreamWritesResponse& response_;  // on that, as are the parts
  std::deque<const v1::StreamWritesResponse*> parts_;
  size_t wire_bytes_ = 0;
  size_t command_bytes_ = 0;
  std::vector<v1::WriteAcknowledgement*> waiting_;  // for the answers to what Convert said
  bool answered_ = false;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_WRITE_MESSAGE_H_
