// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_UNARY_CALL_H_
#define CACHE_INVALIDATION_SERVER_RPC_UNARY_CALL_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/access/roles.h"
#include "server/delivery/waiting_calls.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/call_access.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/rpc/services.h"
#include "server/shard/mailbox.h"
#include "server/shard/without_caller.h"

namespace cache_invalidation::rpc {

// A unary method: the server behind it, and its counters.
struct UnaryMethod {
  UnaryMethod(const Backend& backend, absl::string_view service, absl::string_view method)
      : backend(backend),
        access(access::MethodOf(service, method)),
        metrics(backend.metrics, service, method, metrics::RpcType::kUnary) {}

  const Backend& backend;
  const access::Method& access;
  metrics::MethodMetrics metrics;
};

// One call of a unary method: authenticates the caller, parses, checks and converts the request on
// gRPC's thread, submits it to its shard, and writes the answer on the outbox's thread, at once or
// when the subscribers have applied the invalidation. Owned by gRPC: OnDone, which follows Finish,
// deletes it. So capturing `this` is safe in a submission, and in a wait until that is cancelled.
//
// The raw bytes are parsed here rather than by gRPC, because gRPC fails with UNIMPLEMENTED and no
// message if a request is malformed, and because request and answer then share one arena. Both are
// freed when the call ends; until its caller has read the answer only the encoded answer is kept.
class UnaryCall : public grpc::ServerUnaryReactor {
 public:
  using EngineRequest = std::variant<engine::Command, engine::Query>;

  UnaryCall(UnaryMethod& method, grpc::CallbackServerContext* context, grpc::ByteBuffer* response);

  // Clears `request`, which gRPC would keep until the call is over. A call whose deadline has
  // passed is not begun, except one that invalidates.
  void Start(grpc::ByteBuffer& request);

  // The caller has gone: the call need not wait for subscribers any more.
  void OnCancel() override;
  void OnDone() override { delete this; }

 protected:
  ~UnaryCall() override = default;

  // Whether its request is applied even if its deadline has passed, or may be; known before the
  // request is parsed.
  virtual bool MayBeAppliedLate() const = 0;
  // An empty request message on the arena. Called once.
  virtual google::protobuf::Message& MakeRequest(google::protobuf::Arena& arena) = 0;
  // The field `namespace` of the request.
  virtual absl::string_view namespace_field() const = 0;
  // Checks and converts the request.
  virtual absl::StatusOr<EngineRequest> Convert(google::protobuf::Arena& arena) const = 0;
  // Whether and how the call asks to wait for subscribers. REQUIRES: Convert was OK.
  virtual std::optional<AskedWait> wait() const = 0;
  // The revision that they must apply. REQUIRES: the call asks to wait.
  virtual uint64_t RevisionOf(const engine::Result& result) const = 0;
  // Writes the answer.
  virtual absl::Status Answer(const engine::Result& result, const AnswerContext& context,
                              google::protobuf::Arena& arena, grpc::ByteBuffer* answer) const = 0;

 private:
  // A wait for subscribers. Shared, because ending the wait ends the call, too.
  struct Wait {
    AskedWait asked;
    absl::Duration ends;  // when the caller gives up, on the server's clock
    std::optional<delivery::WaitingCalls::Place> place;  // absent: too many calls wait already
    engine::Result result;
    std::atomic<uint64_t> number = 0;  // 0: it has not begun to wait
    std::atomic<bool> cancelled = false;
  };

  absl::Status Submit(absl::string_view request);
  // What is decided by the namespace, before anything else of the request.
  absl::Status EnterNamespace();
  void OnAnswer(shard::Result answer);
  void BeginWait(engine::Result result);
  void Tell(const engine::Result& result, const delivery::WaitOutcome* waiting);
  // Writes a line about a call that failed by a fault of the server, and at debug level about any
  // that failed or was slow.
  void Report(const absl::Status& status, absl::Duration took) const;
  void End(const absl::Status& status);

  UnaryMethod& method_;
  OpenCalls::Call open_;
  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
  const absl::Duration started_;
  CallAccess access_;
  std::vector<std::string> changes_;  // for the audit log
  absl::string_view namespace_name_;  // in the request
  google::protobuf::Arena arena_;     // until the end
  std::shared_ptr<Wait> wait_;        // null: it does not ask to wait
};

// A request that can ask to wait for subscribers.
template <typename Request>
concept MayWait = requires(const Request& request) {
  request.wait_for_subscribers();
};

// A call of given message types. `convert` takes the request, and the arena if it needs one, and
// returns a command, a query, or either of them; `fill` is as AnswerTypes says.
template <typename Asked, typename Request, typename Fill, typename... Arena>
class TypedUnaryCall final : public UnaryCall {
 public:
  using Result = typename AnswerTypes<Fill>::Result;
  using Response = typename AnswerTypes<Fill>::Response;
  using ConvertFunction = absl::StatusOr<Asked> (*)(const Request&, Arena&...);

  TypedUnaryCall(UnaryMethod& method, grpc::CallbackServerContext* context,
                 grpc::ByteBuffer* response, ConvertFunction convert, Fill fill)
      : UnaryCall(method, context, response), convert_(convert), fill_(fill) {}

 private:
  bool MayBeAppliedLate() const override {
    return std::is_same_v<Asked, EngineRequest> || shard::kAppliedWithoutItsCaller<Asked>;
  }

  google::protobuf::Message& MakeRequest(google::protobuf::Arena& arena) override {
    request_ = google::protobuf::Arena::CreateMessage<Request>(&arena);
    return *request_;
  }

  absl::string_view namespace_field() const override { return request_->namespace_(); }

  absl::StatusOr<EngineRequest> Convert(google::protobuf::Arena& arena) const override {
    absl::StatusOr<Asked> asked = [&] {
      if constexpr (sizeof...(Arena) == 0) {
        return convert_(*request_);
      } else {
        return convert_(*request_, arena);
      }
    }();
    if (!asked.ok()) return asked.status();
    if constexpr (std::is_same_v<Asked, EngineRequest>) {
      return *std::move(asked);
    } else {
      using Kind = std::conditional_t<std::is_constructible_v<engine::Command, Asked>,
                                      engine::Command, engine::Query>;
      return EngineRequest(Kind(*std::move(asked)));
    }
  }

  std::optional<AskedWait> wait() const override {
    if constexpr (MayWait<Request>) {
      return ToWait(*request_);
    } else {
      return std::nullopt;
    }
  }

  uint64_t RevisionOf(const engine::Result& result) const override {
    if constexpr (MayWait<Request>) {
      return std::get<Result>(result).revision;
    } else {
      return 0;
    }
  }

  absl::Status Answer(const engine::Result& result, const AnswerContext& context,
                      google::protobuf::Arena& arena, grpc::ByteBuffer* answer) const override {
    auto* response = google::protobuf::Arena::CreateMessage<Response>(&arena);
    absl::Status status;
    if constexpr (AnswerTypes<Fill>::kNeedsRequest) {
      status = fill_(*request_, std::get<Result>(result), context, response);
    } else {
      fill_(std::get<Result>(result), context, response);
    }
    if (status.ok()) *answer = ToByteBuffer(*response);
    return status;
  }

  const ConvertFunction convert_;
  const Fill fill_;
  Request* request_ = nullptr;
};

// Begins a call and returns its reactor:
//
//   return StartUnaryCall(method, context, request, response, ToGetRule, FromGetRule);
template <typename Asked, typename Request, typename... Arena, typename Fill>
grpc::ServerUnaryReactor* StartUnaryCall(
    UnaryMethod& method, grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response, absl::StatusOr<Asked> (*convert)(const Request&, Arena&...),
    Fill fill) {
  auto* call =
      new TypedUnaryCall<Asked, Request, Fill, Arena...>(method, context, response, convert, fill);
  // A buffer that gRPC made for this call alone, and which it only destroys afterwards.
  call->Start(*const_cast<grpc::ByteBuffer*>(request));
  return call;
}

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_UNARY_CALL_H_
