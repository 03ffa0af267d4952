// SPDX-License-Identifier: Apache-2.0

// AsyncClient: the calls of the service without blocking.
//
//   #include "client/async_client.h"
//   using namespace cache_invalidation::client;
//
//   AsyncClient client(MakeConnection("localhost:7400"));
//
//   // Every call of Connection, by its name and its parameters: with the result in a future ...
//   std::future<absl::StatusOr<EntryLookup>> lookup =
//       client.Call(&Connection::LookupEntry, {.key = "user:42"});
//
//   // ... or to a callback.
//   client.Call(&Connection::Validate, {.position = position, .tags = {"user:42"}},
//               [&](const absl::StatusOr<Validation>& result) {
//                 if (!result.ok() || result->tags[0] == ValidationState::kMoved) Reload();
//               });
//
//   // Writes, after their commit. They are applied in the order of the calls.
//   client.InvalidateByWrites(
//       {{.resource_type = "user", .resource_id = "42", .operation = "update"}},
//       [&](const absl::StatusOr<WriteResult>& result) {
//         if (!result.ok()) cache.Drop({"user:42"});  // the caches may still hold the old value
//       });
//
// Calls behave as in client.h: they are retried with backoff until their deadline
// (CallOptions::deadline), cancelled by CallOptions::cancellation, and safe to repeat. They are
// independent of each other and can be applied in any order.
//
// Writes share one stream (write_stream.h): writes that have accumulated are sent together, in
// order; a lost stream is reopened and writes without a result are sent again; an error is passed
// to the callback or future of its write and does not affect the others. A write that waits for
// subscribers, or has its own options, must be a Call of &Connection::InvalidateByWrites; it is not
// ordered with the writes of the stream.
//
// Threads: thread-safe. Callbacks run on threads of gRPC and of the write stream, which other calls
// need: they must not block and must not destroy a client or connection. Call never blocks.
// InvalidateByWrites blocks while the limits on writes without a result are reached
// (WriteStreamOptions), so that a slow service slows its writers down instead of filling their
// memory.
//
// Errors: as in client.h; nothing throws.
//
// Cost: no thread for calls; one thread for writes, started by the first write.

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
  // The namespace of calls that name none themselves. Default: the connection's.
  std::optional<std::string> namespace_name = {};

  // Options of the stream that carries the writes.
  WriteStreamOptions writes = {};
};

class AsyncClient {
 public:
  explicit AsyncClient(std::shared_ptr<Connection> connection, AsyncClientOptions options = {});

  // Blocks until every call and write has its result.
  ~AsyncClient();

  AsyncClient(const AsyncClient&) = delete;
  AsyncClient& operator=(const AsyncClient&) = delete;

  // Starts the call given by its method. `done` is called once, with the result.
  template <typename Result, typename Params>
  void Call(absl::StatusOr<Result> (Connection::* /*name*/)(const Params&),
            std::type_identity_t<Params> params,
            std::type_identity_t<ResultCallback<Result>> done) {
    if (!params.options.namespace_name.has_value()) {
      params.options.namespace_name = options_.namespace_name;
    }
    // Declared in this order so that the caller's callback is destroyed before the call counts as
    // ended.
    struct Counted {
      std::shared_ptr<void> call;
      ResultCallback<Result> done;
      void operator()(absl::StatusOr<Result> result) const { done(std::move(result)); }
    };
    connection_->Start(params, ResultCallback<Result>(Counted{BeginCall(), std::move(done)}));
  }
  template <typename Result, typename Params>
  std::future<absl::StatusOr<Result>> Call(
      absl::StatusOr<Result> (Connection::*name)(const Params&),
      std::type_identity_t<Params> params) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Result>>>();
    Call(name, std::move(params),
         [promise](absl::StatusOr<Result> result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }

  // Invalidates what the writes of one command affect: one event, all or nothing. WidenToLimits
  // (widening.h) makes any transaction fit.
  void InvalidateByWrites(std::vector<WriteEvent> writes, WriteCallback done)
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::future<absl::StatusOr<WriteResult>> InvalidateByWrites(std::vector<WriteEvent> writes)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until every earlier write has its result.
  void FlushWrites() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class CallsUnderWay;

  // Counts a call as started. It counts as ended when the returned pointer is released.
  std::shared_ptr<void> BeginCall();

  WriteStream& Writes() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::shared_ptr<Connection> connection_;
  const AsyncClientOptions options_;
  const std::shared_ptr<CallsUnderWay> calls_;
  Mutex mutex_;
  std::unique_ptr<WriteStream> writes_ ABSL_GUARDED_BY(mutex_);  // created by the first write
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_ASYNC_CLIENT_H_
