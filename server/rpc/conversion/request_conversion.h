// SPDX-License-Identifier: Apache-2.0

// What the conversions of all services share: errors that name a field, fields of many messages,
// lists of names, pages, and waiting for subscribers.

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_REQUEST_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_REQUEST_CONVERSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/duration.pb.h"
#include "protos/cache_invalidation/v1/position.pb.h"
#include "protos/cache_invalidation/v1/strategy.pb.h"
#include "protos/cache_invalidation/v1/waiting.pb.h"
#include "protos/internal/v1/page_token.pb.h"
#include "server/delivery/observer.h"
#include "server/engine/command.h"
#include "server/engine/model.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {

// Prepend the path of a field to an error about it. The path is built while returning, so a request
// without errors pays nothing for it: OK stays OK, and the code of an error is kept.
//
//   InField("rule", AtElement("invalidate_tags", 2, CheckTag(tag)))
//
// gives `rule.invalidate_tags[2]: expected 1 to 1024 bytes ...`.

// For the value of the field itself: `field: message`.
absl::Status AtField(absl::string_view field, const absl::Status& status);
// For an element of a repeated field: `field[index]: message`.
absl::Status AtElement(absl::string_view field, size_t index, const absl::Status& status);

// For something inside the field whose path begins the message: `field.message`.
absl::Status InField(absl::string_view field, const absl::Status& status);
// For something inside an element: `field[index].message`.
absl::Status InElement(absl::string_view field, size_t index, const absl::Status& status);

// Fields shared by many requests and responses. Errors contain the name of the field, which is the
// same everywhere.

// The namespace of the field `namespace`: `default` if it is empty.
absl::StatusOr<absl::string_view> ToNamespace(absl::string_view field_value);

// Checks the field `request_id`.
absl::Status CheckRequestIdField(absl::string_view request_id);

// The field `strategy`; unspecified means IMMEDIATE.
absl::StatusOr<engine::Strategy> ToStrategy(v1::InvalidationStrategy strategy);

// The field `position`, as a view into the message.
absl::StatusOr<engine::PositionView> ToPosition(const v1::Position& position);
void FromRevision(uint64_t revision, absl::string_view epoch, v1::Position* position);

// The field `ttl`.
absl::StatusOr<absl::Duration> ToTtl(const google::protobuf::Duration& ttl);

// Reads the fields `ttl` and `position`, which a message may lack.
template <typename Message, typename Fields>
absl::Status ReadTtlAndPosition(const Message& message, Fields& fields) {
  absl::Status status;
  if (message.has_ttl()) {
    const absl::StatusOr<absl::Duration> ttl = ToTtl(message.ttl());
    status.Update(ttl.status());
    if (ttl.ok()) fields.ttl = *ttl;
  }
  if (message.has_position()) {
    const absl::StatusOr<engine::PositionView> position = ToPosition(message.position());
    status.Update(position.status());
    if (position.ok()) fields.position = *position;
  }
  return status;
}

// Of a call that is not traced.
inline absl::string_view NoTraceId() { return ""; }

// What a response contains besides the engine's result.
struct AnswerContext {
  // The namespace of the call; `default` if the field was empty.
  absl::string_view namespace_name;
  // The epoch that revisions belong to.
  absl::string_view epoch;
  // The number of streams subscribed to a namespace.
  absl::FunctionRef<uint64_t(absl::string_view namespace_name)> subscribers;
  // The outcome of waiting for subscribers; null: the call did not wait.
  const delivery::WaitOutcome* waiting = nullptr;
  // Of the call; empty: it has none.
  absl::FunctionRef<absl::string_view()> trace_id = NoTraceId;
};

// The types of a function that builds a response from the engine's result: alone, or from the
// request as well, in which case it can fail.
template <typename Function>
struct AnswerTypes;
template <typename R, typename P>
struct AnswerTypes<void (*)(const R&, const AnswerContext&, P*)> {
  using Result = R;
  using Response = P;
  static constexpr bool kNeedsRequest = false;
};
template <typename Q, typename R, typename P>
struct AnswerTypes<absl::Status (*)(const Q&, const R&, const AnswerContext&, P*)> {
  using Result = R;
  using Response = P;
  static constexpr bool kNeedsRequest = true;
};

// Lists of names in requests and responses.

using wire::FromStrings;
using wire::ProtoStrings;

// Fails with INVALID_ARGUMENT, without a path, unless `count` is between `least` and `most`.
absl::Status CheckCount(size_t count, size_t least, size_t most);

// Applies a check of common/names.h to every element; the error names the element.
absl::Status CheckEach(absl::string_view field, const ProtoStrings& values,
                       absl::Status (*check)(absl::string_view));

// Both. The count is checked first, so a list over its limit is not walked.
absl::Status CheckList(absl::string_view field, const ProtoStrings& values, size_t least,
                       size_t most, absl::Status (*check)(absl::string_view));

// The elements in order, as views into `values`.
std::vector<absl::string_view> ToViews(const ProtoStrings& values);

// Sorts the elements and drops repeated ones.
void SortToSet(std::vector<std::string>& values);

// Fails with INVALID_ARGUMENT, without the path of the field, if the value is not a valid duration
// or not between `least` and `most`.
absl::StatusOr<absl::Duration> ToDuration(const google::protobuf::Duration& duration,
                                          absl::Duration least, absl::Duration most);

// Pages of lists.

// What a list call requests besides the page. A token is valid only for the same identity.
struct ListIdentity {
  absl::string_view list;  // the name of the call
  absl::string_view namespace_name;
  std::string filter;  // its other parameters
};

// Returns the token as opaque text, with the identity filled in.
std::string MakePageToken(const ListIdentity& identity, internal::v1::PageToken last_item);

// Returns the last item of the page before, on the arena; the default message for an empty token.
// Fails with INVALID_ARGUMENT if the token is malformed or was returned by another list.
absl::StatusOr<const internal::v1::PageToken*> ReadPageToken(const ListIdentity& identity,
                                                             absl::string_view token,
                                                             google::protobuf::Arena& arena);

// 0 means the default, too large a number the maximum. Fails with INVALID_ARGUMENT if negative.
absl::StatusOr<uint32_t> ToPageLimit(int32_t page_size);

// Fills a page of a response with the first items, as many as fit in kMaxAnswerBytes together, but
// at least one. Returns their number. `fill` writes an item into a message of the page.
template <typename Item, typename Page, typename Fill>
size_t FillPage(const std::vector<Item>& items, Page* page, Fill fill) {
  size_t bytes = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    fill(items[i], page->Add());
    bytes += page->Get(static_cast<int>(i)).ByteSizeLong();
    if (bytes <= kMaxAnswerBytes || i == 0) continue;
    page->RemoveLast();
    return i;
  }
  return items.size();
}

// Waiting for subscribers.

// Checks the field `wait_timeout`.
absl::Status CheckWaitTimeout(const google::protobuf::Duration& timeout);
// REQUIRES: CheckWaitTimeout is OK.
absl::Duration ToWaitTimeout(const google::protobuf::Duration& timeout);

// Checks the fields `wait_for_subscribers` and `wait_timeout`.
template <typename Request>
absl::Status CheckWaiting(const Request& request) {
  return request.has_wait_timeout() ? CheckWaitTimeout(request.wait_timeout()) : absl::OkStatus();
}

// A call's request to wait for subscribers.
struct AskedWait {
  std::optional<absl::Duration> timeout;
};

// Absent: the call does not wait. REQUIRES: CheckWaiting is OK.
template <typename Request>
std::optional<AskedWait> ToWait(const Request& request) {
  if (!request.wait_for_subscribers()) return std::nullopt;
  AskedWait wait;
  if (request.has_wait_timeout()) wait.timeout = ToWaitTimeout(request.wait_timeout());
  return wait;
}

void FromWaitOutcome(const delivery::WaitOutcome& outcome, v1::Waiting* proto);

// Fills the field `waiting` of the response if the call waited.
template <typename Response>
void FromWaiting(const AnswerContext& context, Response* response) {
  if (context.waiting != nullptr) FromWaitOutcome(*context.waiting, response->mutable_waiting());
}

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_REQUEST_CONVERSION_H_
