#ifndef CACHE_INVALIDATION_SERVER_RPC_WRITE_MESSAGE_H_
#define CACHE_INVALIDATION_SERVER_RPC_WRITE_MESSAGE_H_

#include <cstddef>
#include <memory>
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
  absl::string_view namespace_field() const { return request_.namespace_(); }

  // The commands of the groups that are right; the others are answered here. The commands view the
  // message. May be called again if the submission was not taken in.
  std::vector<std::variant<engine::Command, engine::Query>> Convert();

  // What the message costs a mailbox.
  size_t size_bytes() const { return size_bytes_; }

  // The answers to what Convert said last, in that order. Empty if that was empty.
  void Answer(const std::vector<shard::Answer>& answers, absl::string_view epoch);

  bool answered() const { return answered_; }
  // REQUIRES: answered().
  const v1::StreamWritesResponse& response() const { return response_; }

 private:
  WriteMessage();

  google::protobuf::Arena arena_;
  internal::v1::StreamWritesRequest& request_;  // on the arena
  v1::StreamWritesResponse& response_;
  size_t size_bytes_ = 0;
  std::vector<v1::WriteAcknowledgement*> waiting_;  // for the answers to what Convert said
  bool answered_ = false;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_WRITE_MESSAGE_H_
