#include "server/rpc/write_message.h"

#include <string>
#include <utility>

#include "common/limits.h"
#include "server/rpc/field_error.h"
#include "server/rpc/list_conversion.h"
#include "server/rpc/malformed.h"
#include "server/rpc/write_conversion.h"

namespace cache_invalidation::rpc {
namespace {

// What a message costs a mailbox besides its bytes.
constexpr size_t kMessageBytes = 1024;

void SetError(const absl::Status& status, v1::WriteAcknowledgement* acknowledgement) {
  acknowledgement->set_error_code(static_cast<int32_t>(status.code()));
  acknowledgement->set_error_message(std::string(status.message()));
}

}  // namespace

WriteMessage::WriteMessage()
    : request_(*google::protobuf::Arena::CreateMessage<internal::v1::StreamWritesRequest>(&arena_)),
      response_(*google::protobuf::Arena::CreateMessage<v1::StreamWritesResponse>(&arena_)) {}

absl::StatusOr<std::shared_ptr<WriteMessage>> WriteMessage::Parse(absl::string_view bytes) {
  auto message = std::shared_ptr<WriteMessage>(new WriteMessage());
  internal::v1::StreamWritesRequest& request = message->request_;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return DescribeMalformed(*request.GetDescriptor(), bytes);
  }
  const absl::Status count =
      CheckCount(static_cast<size_t>(request.groups_size()), 1, kMaxGroupsPerMessage);
  if (!count.ok()) return AtField("groups", count);
  message->size_bytes_ = bytes.size() + kMessageBytes;
  return message;
}

std::vector<std::variant<engine::Command, engine::Query>> WriteMessage::Convert() {
  std::vector<std::variant<engine::Command, engine::Query>> commands;
  commands.reserve(static_cast<size_t>(request_.groups_size()));
  response_.Clear();
  waiting_.clear();
  for (const internal::v1::WriteGroup& group : request_.groups()) {
    v1::WriteAcknowledgement* acknowledgement = response_.add_acknowledgements();
    acknowledgement->set_sequence(group.sequence());
    absl::StatusOr<engine::InvalidateByWrites> command = ToWriteGroup(group, arena_);
    if (command.ok()) {
      commands.emplace_back(engine::Command(*std::move(command)));
      waiting_.push_back(acknowledgement);
    } else {
      SetError(command.status(), acknowledgement);
    }
  }
  return commands;
}

void WriteMessage::Answer(const std::vector<shard::Answer>& answers, absl::string_view epoch) {
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].status.ok()) {
      FromWriteResult(std::get<engine::InvalidationReply>(answers[i].reply), epoch,
                      waiting_[i]->mutable_result());
    } else {
      SetError(answers[i].status, waiting_[i]);
    }
  }
  answered_ = true;
}

}  // namespace cache_invalidation::rpc
