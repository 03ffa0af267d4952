// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/write_message.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/limits.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/rpc/conversion/write_conversion.h"
#include "server/wire/proto_format.h"

namespace cache_invalidation::rpc {
namespace {

// The cost of a message for a mailbox besides its bytes.
constexpr size_t kMessageBytes = 1024;

// The size of a command besides the names that it views.
size_t SizeOf(const engine::InvalidateByWrites& command) {
  size_t bytes = sizeof(engine::Command) + command.writes.capacity() * sizeof(engine::WriteEvent);
  for (const engine::WriteEvent& write : command.writes) {
    bytes += write.tags.capacity() * sizeof(absl::string_view);
  }
  return bytes;
}

// As CheckElements, for the writes of all groups together.
absl::Status CheckWrites(absl::string_view bytes) {
  using Type = wire::ProtoReader::Type;
  using Request = internal::v1::StreamWritesRequest;
  if (bytes.size() <= kMaxWritesPerMessage) return absl::OkStatus();
  size_t writes = 0;
  wire::ProtoReader reader(bytes);
  while (reader.Next()) {
    if (!reader.Is(Request::kGroupsFieldNumber, Type::kBytes)) continue;
    const std::optional<size_t> count =
        CountElements(reader.bytes(), internal::v1::WriteGroup::kWritesFieldNumber);
    if (!count) return DescribeMalformed(*Request::descriptor(), bytes);
    writes += *count;
  }
  if (reader.broken()) return DescribeMalformed(*Request::descriptor(), bytes);
  if (writes <= kMaxWritesPerMessage) return absl::OkStatus();
  return AtField("groups",
                 absl::InvalidArgumentError(absl::StrCat("expected at most ", kMaxWritesPerMessage,
                                                         " writes in all of them, got ", writes)));
}

void SetError(const absl::Status& status, v1::WriteAcknowledgement* acknowledgement) {
  acknowledgement->set_error_code(static_cast<int32_t>(status.code()));
  acknowledgement->set_error_message(std::string(status.message()));
}

}  // namespace

WriteMessage::WriteMessage()
    : request_(std::make_unique<Request>()),
      response_(
          *google::protobuf::Arena::CreateMessage<v1::StreamWritesResponse>(&response_arena_)) {}

absl::StatusOr<std::shared_ptr<WriteMessage>> WriteMessage::Parse(absl::string_view bytes) {
  auto message = std::shared_ptr<WriteMessage>(new WriteMessage());
  internal::v1::StreamWritesRequest& request = message->request_->message;
  absl::Status size = CheckWrites(bytes);
  if (size.ok()) size = ParseRequest(bytes, request);
  if (!size.ok()) return size;
  const absl::Status count =
      CheckCount(static_cast<size_t>(request.groups_size()), 1, kMaxGroupsPerMessage);
  if (!count.ok()) return AtField("groups", count);
  message->namespace_field_ = request.namespace_();
  message->wire_bytes_ = bytes.size();
  return message;
}

void WriteMessage::Park() {
  parked_ = request_->message.SerializeAsString();
  request_ = nullptr;
}

size_t WriteMessage::size_bytes() const {
  return static_cast<size_t>(request_->arena.SpaceAllocated()) + wire_bytes_ + command_bytes_ +
         kMessageBytes;
}

std::vector<std::variant<engine::Command, engine::Query>> WriteMessage::Convert() {
  if (request_ == nullptr) {
    request_ = std::make_unique<Request>();
    Check(request_->message.ParseFromString(parked_), "what was parsed can be parsed again");
    parked_ = std::string();
  }
  command_bytes_ = 0;
  std::vector<std::variant<engine::Command, engine::Query>> commands;
  commands.reserve(static_cast<size_t>(request_->message.groups_size()));
  response_.Clear();
  waiting_.clear();
  for (const internal::v1::WriteGroup& group : request_->message.groups()) {
    v1::WriteAcknowledgement* acknowledgement = response_.add_acknowledgements();
    acknowledgement->set_sequence(group.sequence());
    absl::StatusOr<engine::InvalidateByWrites> command = ToWriteGroup(group, request_->arena);
    if (command.ok()) {
      command_bytes_ += SizeOf(*command);
      commands.emplace_back(engine::Command(*std::move(command)));
      waiting_.push_back(acknowledgement);
    } else {
      SetError(command.status(), acknowledgement);
    }
  }
  return commands;
}

void WriteMessage::Answer(const std::vector<shard::Result>& answers, absl::string_view epoch) {
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].ok()) {
      FromWriteResult(std::get<engine::InvalidationResult>(*answers[i]), epoch,
                      waiting_[i]->mutable_result());
    } else {
      SetError(answers[i].status(), waiting_[i]);
    }
  }
  answered_ = true;
  request_ = nullptr;
  Split();
}

void WriteMessage::Split() {
  if (response_.ByteSizeLong() <= kMaxAnswerBytes) return parts_.push_back(&response_);
  size_t bytes = kMaxAnswerBytes;
  v1::StreamWritesResponse* part = nullptr;
  for (v1::WriteAcknowledgement& acknowledgement : *response_.mutable_acknowledgements()) {
    bytes += acknowledgement.ByteSizeLong();
    if (part == nullptr || bytes > kMaxAnswerBytes) {
      part = google::protobuf::Arena::CreateMessage<v1::StreamWritesResponse>(&response_arena_);
      parts_.push_back(part);
      bytes = acknowledgement.ByteSizeLong();
    }
    // Both are on the same arena, so nothing is copied.
    part->add_acknowledgements()->Swap(&acknowledgement);
  }
}

}  // namespace cache_invalidation::rpc
