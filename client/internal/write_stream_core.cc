// SPDX-License-Identifier: Apache-2.0

#include "client/internal/write_stream_core.h"

#include "absl/strings/str_cat.h"
#include "client/internal/conversion/conversion.h"
#include "common/limits.h"

namespace cache_invalidation::client::internal {
namespace {

// A quarter of what the service accepts: large enough to amortize the cost of a message, small
// enough for a quick response.
constexpr size_t kMessageBytes = kMaxRequestBytes / 4;

WriteResult ResultOf(const v1::WriteAcknowledgement& acknowledgement) {
  v1::InvalidateByWritesResponse response;
  *response.mutable_result() = acknowledgement.result();
  return FromProto(response);
}

}  // namespace

bool WriteStreamCore::IsFull() const {
  return unanswered_.size() >= options_.max_unanswered_commands ||
         unanswered_bytes_ >= options_.max_unanswered_bytes;
}

void WriteStreamCore::Add(const std::vector<WriteEvent>& writes, WriteCallback done,
                          absl::Duration now) {
  Command command{
      .group = {}, .bytes = 0, .expires = now + options_.deadline, .done = std::move(done)};
  command.group.set_sequence(++last_sequence_);
  for (const WriteEvent& write : writes) ToProto(write, command.group.add_writes());
  command.bytes = command.group.ByteSizeLong();
  unanswered_bytes_ += command.bytes;
  unanswered_.push_back(std::move(command));
}

std::optional<v1::StreamWritesRequest> WriteStreamCore::NextMessage() {
  const size_t limit = OneAtATime() ? 1 : kMaxGroupsPerMessage;
  if (sent_ == unanswered_.size() || (OneAtATime() && sent_ > 0)) return std::nullopt;
  v1::StreamWritesRequest request;
  request.set_namespace_(namespace_name_);
  size_t bytes = 0;
  size_t writes = 0;
  for (size_t count = 0; count < limit && sent_ < unanswered_.size(); ++count) {
    const Command& next = unanswered_[sent_];
    bytes += next.bytes;
    writes += static_cast<size_t>(next.group.writes_size());
    if (count > 0 && (bytes > kMessageBytes || writes > kMaxWritesPerMessage)) break;
    *request.add_groups() = next.group;
    ++sent_;
  }
  return request;
}

Answered WriteStreamCore::Finish(absl::StatusOr<WriteResult> result) {
  Answered answered{std::move(unanswered_.front().done), std::move(result)};
  unanswered_bytes_ -= unanswered_.front().bytes;
  unanswered_.pop_front();
  if (sent_ > 0) --sent_;
  return answered;
}

absl::StatusOr<std::vector<Answered>> WriteStreamCore::Receive(
    const v1::StreamWritesResponse& response) {
  std::vector<Answered> out;
  for (const v1::WriteAcknowledgement& acknowledgement : response.acknowledgements()) {
    const uint64_t sequence = acknowledgement.sequence();
    if (unanswered_.empty() || sequence < unanswered_.front().group.sequence()) {
      continue;  // expired
    }
    if (sent_ == 0 || sequence != unanswered_.front().group.sequence()) {
      return absl::InternalError(absl::StrCat("command ", sequence, " was answered out of order"));
    }
    if (acknowledgement.error_code() == 0) {
      out.push_back(Finish(ResultOf(acknowledgement)));
    } else {
      out.push_back(Finish(absl::Status(static_cast<absl::StatusCode>(acknowledgement.error_code()),
                                        acknowledgement.error_message())));
    }
  }
  return out;
}

std::vector<Answered> WriteStreamCore::Refuse(const absl::Status& status) {
  std::vector<Answered> out;
  if (OneAtATime() && sent_ == 1) {
    out.push_back(Finish(status));
    suspected_until_ = 0;
  } else if (sent_ > 0) {
    suspected_until_ = unanswered_[sent_ - 1].group.sequence();
  }
  return out;
}

std::vector<Answered> WriteStreamCore::Expire(absl::Duration now, const absl::Status& last_end) {
  std::vector<Answered> out;
  while (!unanswered_.empty() && unanswered_.front().expires <= now) {
    out.push_back(Finish(last_end.ok()
                             ? absl::DeadlineExceededError("no answer in time")
                             : absl::UnavailableError(absl::StrCat("no answer in time; the last "
                                                                   "stream ended with: ",
                                                                   last_end.message()))));
  }
  return out;
}

absl::Duration WriteStreamCore::ExpiresAt() const {
  return unanswered_.empty() ? absl::InfiniteDuration() : unanswered_.front().expires;
}

}  // namespace cache_invalidation::client::internal
