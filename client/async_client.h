// AsyncClient: the calls of the service for those who must not block.
//
//   #include "client/async_client.h"
//   using namespace cache_invalidation::client;
//
//   AsyncClient client(MakeConnection("localhost:7400"));
//
//   // Every call of Connection, by its name and its parameters: answered to a future ...
//   std::future<absl::StatusOr<EntryLookup>> lookup =
//       client.Call(&Connection::LookupEntry, {.key = "user:42"});
//
//   // ... or to a callback.
//   client.Call(&Connection::Validate, {.position = position, .tags = {"user:42"}},
//               [&](const absl::StatusOr<Validation>& answer) {
//                 if (!answer.ok() || answer->tags[0] == ValidationState::kMoved) Reload();
//               });
//
//   // Writes, after their commit. They are applied in the order of the calls.
//   client.InvalidateByWrites(
//       {{.resource_type = "user", .resource_id = "42", .operation = "update"}},
//       [&](const absl::StatusOr<WriteResult>& answer) {
//         if (!answer.ok()) cache.Drop({"user:42"});  // the caches may still hold the old value
//       });
//
// Calls are what they are in client.h: retried with backoff until their deadline
// (CallOptions::deadline), ended by CallOptions::cancellation, and safe to repeat. They are
// independent of each other and may be applied in any order.
//
// Writes ride one stream (write_stream.h): what has gathered goes out together, in order; a lost
// stream is opened again, and what was not answered is sent again; an error reaches the callback or
// future of its write and stops no other. A write that is to wait for subscribers, or has options
// of its own, is a Call of &Connection::InvalidateByWrites, beside that order.
//
// Threads: thread-safe. Callbacks run on threads of gRPC and of the write stream that others wait
// for: they must not block, nor destroy a client or connection. Call never blocks.
// InvalidateByWrites blocks while too much is unanswered (WriteStreamOptions), so that a slow
// service slows its writers down instead of filling their memory.
//
// Errors: as in client.h; nothing throws.
//
// Cost: no thread for calls; one for writes, from the first one on.

#ifndef CACHE_INVALIDATION_CLIENT_ASYNC_CLIENT_H_
#define CACHE_INVALIDATION_CLIENT_ASYNC_CLIENT_H_

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/write_event.h"
#include "client/write_stream.h"
#include "common/mutex.h"

namespace cache_invalidation::client {

struct AsyncClientOptions {
  // The namespace to work in, unless a call names one itself. Default: the connection's.
  std::optional<std::string> namespace_name = {};

  // Of the stream that writes ride.
  WriteStreamOptions writes = {};
};

class AsyncClient {
 public:
  explicit AsyncClient(std::shared_ptr<Connection> connection, AsyncClientOptions options = {});

  // Waits until everything has its answer.
  ~AsyncClient();

  AsyncClient(const AsyncClient&) = delete;
  AsyncClient& operator=(const AsyncClient&) = delete;

  // Starts a call. Its name says which; `done` gets the answer, once.
  template <typename Answer, typename Params>
  void Call(absl::StatusOr<Answer> (Connection::* /*name*/)(const Params&),
            std::type_identity_t<Params> params,
            std::type_identity_t<AnswerCallback<Answer>> done) {
    if (!params.options.namespace_name.has_value()) {
      params.options.namespace_name = options_.namespace_name;
    }
    // In this order: what the caller gave goes before the call counts as ended.
    struct Counted {
      std::shared_ptr<void> call;
      AnswerCallback<Answer> done;
      void operator()(absl::StatusOr<Answer> answer) const { done(std::move(answer)); }
    };
    connection_->Start(params, AnswerCallback<Answer>(Counted{BeginCall(), std::move(done)}));
  }
  template <typename Answer, typename Params>
  std::future<absl::StatusOr<Answer>> Call(
      absl::StatusOr<Answer> (Connection::*name)(const Params&),
      std::type_identity_t<Params> params) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Answer>>>();
    Call(name, std::move(params),
         [promise](absl::StatusOr<Answer> answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }

  // Tells of the writes of one command: one event, all or nothing. WidenToLimits (widening.h) makes
  // any transaction fit.
  void InvalidateByWrites(std::vector<WriteEvent> writes, WriteCallback done)
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::future<absl::StatusOr<WriteResult>> InvalidateByWrites(std::vector<WriteEvent> writes)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until every write that was told before has its answer.
  void FlushWrites() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class CallsUnderWay;

  // Notes a call; it has ended when what is answered here is gone.
  std::shared_ptr<void> BeginCall();

  WriteStream& Writes() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::shared_ptr<Connection> connection_;
  const AsyncClientOptions options_;
  const std::shared_ptr<CallsUnderWay> calls_;
  Mutex mutex_;
  std::unique_ptr<WriteStream> writes_ ABSL_GUARDED_BY(mutex_);  // from the first write on
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_ASYNC_CLIENT_H_
