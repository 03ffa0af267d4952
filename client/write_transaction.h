// SPDX-License-Identifier: Apache-2.0

// WriteTransaction: reports the writes of a database transaction to the service, after its commit
// and never before.
//
//   #include "client/client.h"
//   #include "client/write_transaction.h"
//   using namespace cache_invalidation::client;
//
//   Client client(MakeConnection("localhost:7400"));
//
//   WriteTransaction transaction(
//       client, {.on_unsent = [&](const UnsentWrites& unsent) {
//         unsent.everything ? cache.DropEverything() : cache.Drop(unsent.tags);
//       }});
//   db.Begin();
//   db.Update("users", "user123", data);
//   transaction.Add("user", "user123", "update");
//   const TransactionResult result = transaction.Commit([&]() -> absl::Status {
//     return db.Commit();
//   });
//   if (result.outcome != CommitOutcome::kCommitted) return Retry();
//   if (!result.invalidation_status.ok()) Log(result.invalidation_status);
//
// Commit runs the database's commit and then sends all writes as one command: one event, all or
// nothing. So no reader can put the old value back into a cache between the two.
//
// If in doubt, the writes are sent. A commit that failed without a definite outcome (an error, an
// exception, a lost connection) may have happened. Only a transaction that was definitely rolled
// back, or for which Commit was not called, sends nothing. A transaction of any size fits, in
// bounded memory: beyond the limits its writes are represented less precisely (widening.h), in the
// extreme as everything.
//
// Writes that the service would refuse are detected before the commit, which is then not run. If
// the service nevertheless refuses them (another version, smaller limits, no permission), they are
// sent less precisely: by their types, and then as everything. `widened` of the result says so;
// ok() is true.
//
// If the service cannot be reached before the deadline, on_unsent can hand the writes to a
// RetryingOutbox (write_outbox.h), which keeps them and sends them later.
//
// Known gap: if the process dies between the commit and the service's response, the writes may not
// be reported. Only a table of the database itself closes this gap (docs/outbox.md), or a source
// that reads the database's log.
//
// Threads: for one thread at a time. Commit blocks for the database's commit, and then until the
// service has responded or the deadline has passed.
//
// Errors: TransactionResult separates the database's errors from the service's. Transient errors
// are retried until the deadline (client_options.h). If the deadline passes, or everything is
// refused, WriteTransactionOptions::on_unsent is called.
//
// Cost: one round trip after the commit, whatever the number of writes. Memory: at most what one
// request can hold.

#ifndef CACHE_INVALIDATION_CLIENT_WRITE_TRANSACTION_H_
#define CACHE_INVALIDATION_CLIENT_WRITE_TRANSACTION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/call_options.h"
#include "client/client.h"
#include "client/widening.h"
#include "client/write_event.h"

namespace cache_invalidation::client {

// Outcome of a database transaction.
enum class CommitOutcome {
  kCommitted,
  // Definitely nothing of it was or will be committed.
  kRolledBack,
  // The outcome is unknown, for example because the connection was lost during the commit.
  kUnknown,
};

// Writes that the service has not confirmed, although the database may have committed them. The
// service may have applied them nevertheless; repeating them is harmless.
struct UnsentWrites {
  // The namespace that the writes belong to; empty: the service's default.
  std::string namespace_name = {};

  // What was to be sent; fits into one InvalidateByWrites. Until it has been sent, other processes
  // can serve the old values.
  std::vector<WriteEvent> writes = {};

  // Only everything covers the transaction, or would be accepted: `writes` is empty. A cache in
  // this process must drop everything, and Invalidate with `everything` must be sent.
  bool everything = false;

  // What a cache in this process must drop, sorted: for each write `type:id` and `type:#all`, or
  // `type` if it affects the whole type, and the writer's tags. Only the service knows what rules,
  // relationships and dependencies would add; a cache that relies on those must drop everything.
  // Empty for a transaction that is too large to name even its types; `everything` is set then.
  std::vector<std::string> tags = {};

  // Why they were not sent.
  absl::Status status = {};
};

struct WriteTransactionOptions {
  // Makes Commit return only when every live acknowledging subscriber has applied the writes. If
  // too many calls are waiting, or the writes are refused, they are sent without waiting, and the
  // result has no `waiting`.
  std::optional<WaitForSubscribers> wait = {};

  // Options of the call that sends the writes. Its deadline starts after the database's commit.
  CallOptions call = {};

  // Called when retries have ended, before Commit returns. Drop here from the caches of this
  // process what could not be reported to the service. Must not throw.
  std::function<void(const UnsentWrites&)> on_unsent = {};
};

struct TransactionResult {
  // Outcome of the database transaction.
  CommitOutcome outcome = CommitOutcome::kUnknown;

  // Why the outcome is unknown, or why the commit function was not called; OK if it returned an
  // outcome.
  absl::Status commit_status = {};

  // OK: the service has applied the writes, or there was nothing to send. Otherwise caches can hold
  // old values, and on_unsent was called.
  absl::Status invalidation_status = {};

  // The service's result, if something was sent.
  std::optional<WriteResult> invalidation = {};

  // Number of writes that were sent less precisely than they were added, to fit the limits or
  // because they were refused.
  uint64_t widened = 0;

  // Returns true if the transaction was committed and the service has applied its writes.
  bool ok() const { return outcome == CommitOutcome::kCommitted && invalidation_status.ok(); }
};

class WriteTransaction {
 public:
  explicit WriteTransaction(Client client, WriteTransactionOptions options = {})
      : client_(std::move(client)), options_(std::move(options)) {}

  // Records a write. Sends nothing. Best before Commit: a write that is added in the commit
  // function is sent as well, but one that the service would refuse is then detected too late, and
  // sent less precisely.
  void Add(WriteEvent write);
  void Add(std::string resource_type, std::string resource_id, std::string operation,
           JsonValue::Object context = {}) {
    Add(WriteEvent{.resource_type = std::move(resource_type),
                   .resource_id = std::move(resource_id),
                   .operation = std::move(operation),
                   .context = std::move(context)});
  }

  // Runs the database's commit, once, and sends the recorded writes unless it was rolled back.
  //
  // `run_database_commit` returns a CommitOutcome, an absl::StatusOr<CommitOutcome>, or an
  // absl::Status: OK means committed, an error means unknown. An exception also means unknown; it
  // is rethrown after sending, and only on_unsent reports if sending failed.
  //
  // It is not called if the service would refuse a write or an option of the call (INVALID_ARGUMENT
  // in commit_status names the first): the outcome is kRolledBack, and the caller must roll back
  // the database's transaction, which is still open.
  //
  // Afterwards nothing is recorded, and the object can be used for the next transaction.
  template <typename Function>
  TransactionResult Commit(Function&& run_database_commit) {
    using Returned = std::invoke_result_t<Function&>;
    if constexpr (std::is_same_v<Returned, absl::Status>) {
      return CommitAndSend([&]() -> absl::StatusOr<CommitOutcome> {
        absl::Status status = run_database_commit();
        if (!status.ok()) return status;
        return CommitOutcome::kCommitted;
      });
    } else {
      static_assert(std::is_same_v<Returned, CommitOutcome> ||
                        std::is_same_v<Returned, absl::StatusOr<CommitOutcome>>,
                    "a commit function says what became of the transaction");
      return CommitAndSend(run_database_commit);
    }
  }

 private:
  TransactionResult CommitAndSend(absl::FunctionRef<absl::StatusOr<CommitOutcome>()> commit);
  // Returns what is recorded; then nothing is.
  WidenedWrites Take();
  absl::Status CheckOptions() const;
  void Send(WidenedWrites told, uint64_t added, TransactionResult& result) const;
  absl::StatusOr<WriteResult> Tell(const WidenedWrites& told,
                                   const std::optional<WaitForSubscribers>& wait) const;

  Client client_;
  WriteTransactionOptions options_;
  WriteCollector writes_;
  uint64_t added_ = 0;    // number of writes added to writes_
  absl::Status refusal_;  // error of the first write that the service would refuse
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WRITE_TRANSACTION_H_
