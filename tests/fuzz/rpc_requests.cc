// SPDX-License-Identifier: Apache-2.0

// Any bytes as requests to any methods, in sequence in one namespace: they are accepted or refused
// according to the contract, the engine can apply what is accepted, and every response is a message
// that a client can read.
//
// The input is a sequence of requests: the number of the method, the size in two bytes, the bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "common/names.h"
#include "google/protobuf/arena.h"
#include "server/engine/engine.h"
#include "server/rpc/conversion/cache_entry_conversion.h"
#include "server/rpc/conversion/declaration_conversion.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/conversion/namespace_conversion.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "server/rpc/conversion/subscriber_conversion.h"
#include "server/rpc/conversion/subscription_conversion.h"
#include "server/rpc/conversion/write_conversion.h"
#include "server/rpc/write_message.h"

namespace cache_invalidation::rpc {
namespace {

constexpr int kMethods = 30;
constexpr int kMostRequests = 16;
constexpr absl::Duration kBetweenRequests = absl::Milliseconds(40);
// A path of fields, a name cut short, and a few words; with a pattern, what RE2 says of it.
constexpr size_t kLongestMessage = 4'000;
constexpr char kEpoch[] = "0123456789abcdef";

void CheckRefusal(const absl::Status& status) {
  Check(!status.message().empty() && status.message().size() <= kLongestMessage,
        "a refusal says why, and is short");
  Check(IsUtf8(status.message()), "a refusal is UTF-8: it goes into a gRPC status");
}

// Of the request alone, before anything was asked.
void CheckBadRequest(const absl::Status& status) {
  Check(status.code() == absl::StatusCode::kInvalidArgument, "a bad request is INVALID_ARGUMENT");
  CheckRefusal(status);
}

template <typename Response>
void CheckAnswer(const Response& response) {
  Response read;
  Check(read.ParseFromString(response.SerializeAsString()), "an answer can be read");
}

// One namespace and its edge.
class Edge {
 public:
  void Call(int method, absl::string_view bytes);

 private:
  template <typename Typed, typename Request, typename... Arena, typename Fill>
  void Unary(absl::string_view bytes, absl::StatusOr<Typed> (*convert)(const Request&, Arena&...),
             Fill fill);
  void StreamWrites(absl::string_view bytes);
  static void Subscribe(absl::string_view bytes);
  static void ListNamespaces(absl::string_view bytes);
  static void ListSubscribers(absl::string_view bytes);

  using Asked = std::variant<engine::Command, engine::Query>;

  // A command or a query, or one of the two.
  static const Asked& Either(const Asked& asked) { return asked; }
  template <typename Typed>
  static Asked Either(const Typed& asked) {
    using Kind = std::conditional_t<std::is_constructible_v<engine::Command, Typed>,
                                    engine::Command, engine::Query>;
    return Kind(asked);
  }

  // Status and result of a command or query.
  shard::Result Ask(const Asked& asked);

  std::unique_ptr<engine::Engine> engine_ = std::make_unique<engine::Engine>(kEpoch);
  absl::Time now_ = absl::UnixEpoch();
};

shard::Result Edge::Ask(const Asked& asked) {
  now_ += kBetweenRequests;
  if (const auto deadline = engine_->batch_deadline(); deadline && deadline->at <= now_) {
    Check(engine_->Apply(engine::FlushBatch{deadline->generation}, now_).status.ok(),
          "a batch that is due can be flushed");
  }
  if (const auto* query = std::get_if<engine::Query>(&asked)) {
    return engine_->Answer(*query, now_);
  }
  const uint64_t head = engine_->head();
  const auto& command = std::get<engine::Command>(asked);
  engine::Applied applied = engine_->Apply(command, now_);
  Check(engine_->head() == head + applied.events.size(), "each event has a revision");
  if (!applied.status.ok()) {
    CheckRefusal(applied.status);
    Check(applied.events.empty() && applied.delta.empty(), "a refused command changes nothing");
  }
  if (std::holds_alternative<engine::DeleteNamespace>(command)) {
    for (uint64_t limit = 1; engine_->TakeApart(limit); limit = 1) {
    }
    engine_ = std::make_unique<engine::Engine>(kEpoch);
    (void)engine_->Apply(engine::CreateNamespace{{}, head + 1}, now_);
  }
  if (!applied.status.ok()) return applied.status;
  return std::move(applied.result);
}

template <typename Typed, typename Request, typename... Arena, typename Fill>
void Edge::Unary(absl::string_view bytes,
                 absl::StatusOr<Typed> (*convert)(const Request&, Arena&...), Fill fill) {
  google::protobuf::Arena arena;
  auto& request = *google::protobuf::Arena::CreateMessage<Request>(&arena);
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return CheckBadRequest(DescribeMalformed(*request.GetDescriptor(), bytes));
  }
  const absl::StatusOr<absl::string_view> name = ToNamespace(request.namespace_());
  if (!name.ok()) return CheckBadRequest(name.status());
  const absl::StatusOr<Typed> asked = [&] {
    if constexpr (sizeof...(Arena) == 0) {
      return convert(request);
    } else {
      return convert(request, arena);
    }
  }();
  if (!asked.ok()) return CheckBadRequest(asked.status());
  const shard::Result answer = Ask(Either(*asked));
  if (!answer.ok()) return;
  const auto subscribers = [](absl::string_view) -> uint64_t { return 0; };
  const auto& result = std::get<typename AnswerTypes<Fill>::Result>(*answer);
  const AnswerContext context = {*name, kEpoch, subscribers, nullptr};
  typename AnswerTypes<Fill>::Response response;
  if constexpr (AnswerTypes<Fill>::kNeedsRequest) {
    const absl::Status status = fill(request, result, context, &response);
    if (!status.ok()) return CheckRefusal(status);
  } else {
    fill(result, context, &response);
  }
  CheckAnswer(response);
}

void Edge::StreamWrites(absl::string_view bytes) {
  const auto message = WriteMessage::Parse(bytes);
  if (!message.ok()) return CheckBadRequest(message.status());
  if (!ToNamespace((*message)->namespace_field()).ok()) return;
  std::vector<shard::Result> answers;
  for (const auto& command : (*message)->Convert()) answers.push_back(Ask(command));
  (*message)->Answer(answers, kEpoch);
  for (; (*message)->part() != nullptr; (*message)->PopPart()) {
    for (const v1::WriteAcknowledgement& group : (*message)->part()->acknowledgements()) {
      Check(group.has_result() || group.error_code() != 0, "each group has a result or an error");
    }
    CheckAnswer(*(*message)->part());
  }
}

void Edge::Subscribe(absl::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  const auto request = ParseSubscribeRequest(grpc::ByteBuffer(&slice, 1));
  if (!request.ok()) return CheckBadRequest(request.status());
  const absl::Status first = ToReceivedMessage(*request, /*is_first=*/true).status();
  if (!first.ok()) CheckBadRequest(first);
  const absl::Status later = ToReceivedMessage(*request, /*is_first=*/false).status();
  if (!later.ok()) CheckBadRequest(later);
  Check(!first.ok() || !later.ok(), "a message is the first one or a later one");
}

void Edge::ListNamespaces(absl::string_view bytes) {
  google::protobuf::Arena arena;
  auto& request = *google::protobuf::Arena::CreateMessage<v1::ListNamespacesRequest>(&arena);
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return CheckBadRequest(DescribeMalformed(*request.GetDescriptor(), bytes));
  }
  v1::ListNamespacesResponse response;
  const absl::Status status = rpc::ListNamespaces(
      request,
      [](absl::string_view name, size_t limit) {
        Check(limit > 0, "a page has room");
        return name < "a" ? std::vector<std::string>{"a"} : std::vector<std::string>();
      },
      arena, &response);
  if (!status.ok()) return CheckBadRequest(status);
  CheckAnswer(response);
}

void Edge::ListSubscribers(absl::string_view bytes) {
  google::protobuf::Arena arena;
  auto& request = *google::protobuf::Arena::CreateMessage<v1::ListSubscribersRequest>(&arena);
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return CheckBadRequest(DescribeMalformed(*request.GetDescriptor(), bytes));
  }
  v1::ListSubscribersResponse response;
  const absl::Status status = rpc::ListSubscribers(
      request,
      [](absl::string_view) -> absl::StatusOr<SubscribersNow> {
        SubscribersNow now = {.sessions = {},
                              .head = 1,
                              .epoch = kEpoch,
                              .monotonic = absl::ZeroDuration(),
                              .wall = absl::UnixEpoch()};
        for (const char* name : {"a", "b"}) {
          now.sessions.push_back(std::make_shared<delivery::SubscriberSession>(
              delivery::SessionKey{"default", name, "i"}));
          now.sessions.back()->Attach({true, absl::Seconds(1)}, 0, now.monotonic);
        }
        return now;
      },
      arena, &response);
  if (!status.ok()) return CheckBadRequest(status);
  CheckAnswer(response);
}

void Edge::Call(int method, absl::string_view bytes) {
  switch (method % kMethods) {
    // clang-format off
    case 0: return Unary(bytes, ToTrackEntries, FromTrackEntries);
    case 1: return Unary(bytes, ToUntrackEntries, FromUntrackEntries);
    case 2: return Unary(bytes, ToLookupEntry, FromLookupEntry);
    case 3: return Unary(bytes, ToValidate, FromValidate);
    case 4: return Unary(bytes, ToAddCacheDependency, FromAddCacheDependency);
    case 5: return Unary(bytes, ToRemoveCacheDependency, FromRemoveCacheDependency);
    case 6: return Unary(bytes, ToListCacheDependencies, FromListCacheDependencies);
    case 7: return Unary(bytes, ToInvalidate, FromInvalidate);
    case 8: return Unary(bytes, ToInvalidateWithDependencies, FromInvalidateWithDependencies);
    case 9: return Unary(bytes, ToScheduleBatchInvalidation, FromScheduleBatchInvalidation);
    case 10: return Unary(bytes, ToFlushPendingInvalidations, FromFlushPendingInvalidations);
    case 11: return Unary(bytes, ToSetBatchDelay, FromSetBatchDelay);
    case 12: return Unary(bytes, ToRegisterRelationship, FromRegisterRelationship);
    case 13: return Unary(bytes, ToGetRelationship, FromGetRelationship);
    case 14: return Unary(bytes, ToListRelationships, FromListRelationships);
    case 15: return Unary(bytes, ToDeleteRelationship, FromDeleteRelationship);
    case 16: return Unary(bytes, ToRegisterRule, FromRegisterRule);
    case 17: return Unary(bytes, ToGetRule, FromGetRule);
    case 18: return Unary(bytes, ToListRules, FromListRules);
    case 19: return Unary(bytes, ToDeleteRule, FromDeleteRule);
    case 20: return Unary(bytes, ToGetInvalidationStats, FromGetInvalidationStats);
    case 21: return Unary(bytes, ToInvalidateByWrite, FromInvalidateByWrite);
    case 22: return Unary(bytes, ToInvalidateByWrites, FromInvalidateByWrites);
    case 23: return Unary(bytes, ToExplainWrite, FromExplainWrite);
    case 24: return StreamWrites(bytes);
    case 25: return Subscribe(bytes);
    case 26: return Unary(bytes, ToDeleteNamespace, FromDeleteNamespace);
    case 27: return ListNamespaces(bytes);
    case 28: return Unary(bytes, ToApplyDeclarations, FromApplyDeclarations);
    default: return ListSubscribers(bytes);
      // clang-format on
  }
}

void Run(absl::string_view input) {
  Edge edge;
  for (int i = 0; i < kMostRequests && input.size() > 3; ++i) {
    const auto byte = [&](size_t at) -> size_t { return static_cast<uint8_t>(input[at]); };
    const size_t length = std::min(byte(1) * 256 + byte(2), input.size() - 3);
    edge.Call(static_cast<int>(byte(0)), input.substr(3, length));
    input.remove_prefix(3 + length);
  }
}

}  // namespace
}  // namespace cache_invalidation::rpc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::rpc::KeepParserQuiet();
  cache_invalidation::rpc::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
