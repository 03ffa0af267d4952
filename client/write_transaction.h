// WriteTransaction: tells the service what a database transaction wrote, after its commit and not
// before it.
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
// nothing. So no reader can put the old value back between the two.
//
// What is in doubt is sent. A commit that failed without saying what became of it (an error, an
// exception, a lost connection) may have happened. Only a transaction that was rolled back for
// certain, or never came to Commit, sends nothing. A transaction of any size fits, in bounded
// memory: what is over the limits is told less exactly (widening.h), at last as everything.
//
// What the service would refuse is found before the commit, which is then not run. Should it refuse
// the writes all the same (another version, smaller limits), they are told less exactly: by their
// types, and then as everything.
//
// What remains open: if the process dies between the commit and the answer of the service, nobody
// is told. Only a source that reads the database's own log closes this gap.
//
// Threads: for one thread at a time. Commit blocks for the database's commit, and then until the
// service has answered or the deadline has passed.
//
// Errors: the database's and the service's are told apart in TransactionResult. Errors that may
// pass are retried until the deadline (client_options.h); when that ends, or everything is refused,
// WriteTransactionOptions::on_unsent is called.
//
// Cost: one round trip after the commit, whatever the number of writes. Memory: at most what one
// request holds.

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

// What became of a database transaction.
enum class CommitOutcome {
  kCommitted,
  // For certain nothing of it was committed, and nothing will be.
  kRolledBack,
  // Nobody knows: the connection was lost while it committed, for example.
  kUnknown,
};

// Writes that the service has not confirmed, though the database may have committed them. It may
// have taken them all the same: repeating them is harmless.
struct UnsentWrites {
  // What was to be sent; fits into one InvalidateByWrites. Until somebody has sent it, other
  // processes may serve the old values.
  std::vector<WriteEvent> writes = {};

  // Nothing less covers the transaction, or nothing less would be accepted: `writes` is empty; a
  // cache in this process drops everything, and Invalidate with `everything` is to be sent.
  bool everything = false;

  // What a cache in this process has to drop, sorted: for each write `type:id` and `type:#all`, or
  // `type` if it concerns the whole type, and the writer's tags. What rules, relationships and
  // dependencies would add only the service knows; a cache that rests on those drops everything.
  // Empty for a transaction that is too large to name even its types; `everything` is set then.
  std::vector<std::string> tags = {};

  // Why.
  absl::Status status = {};
};

struct WriteTransactionOptions {
  // Commit answers when every live acknowledging subscriber has applied the writes. If too many
  // calls are waiting, or the writes are refused, they are sent without it, and the answer carries
  // no `waiting`.
  std::optional<WaitForSubscribers> wait = {};

  // Of the call that sends the writes. Its deadline begins after the database's commit.
  CallOptions call = {};

  // Called when retries have ended, before Commit returns: the place to drop from the caches of
  // this process what the service could not be told of. Must not throw.
  std::function<void(const UnsentWrites&)> on_unsent = {};
};

struct TransactionResult {
  // What became of the database transaction.
  CommitOutcome outcome = CommitOutcome::kUnknown;

  // Why the outcome is not known, or why the commit function was not called; OK if it answered an
  // outcome.
  absl::Status commit_status = {};

  // OK: the service has taken the writes, or there was nothing to tell. Otherwise caches may hold
  // old values, and on_unsent was called.
  absl::Status invalidation_status = {};

  // What the service answered, if it was sent something.
  std::optional<WriteResult> invalidation = {};

  // How many writes were told less exactly than they were added, to fit the limits or because they
  // were refused.
  uint64_t widened = 0;

  // Committed, and the service knows.
  bool ok() const { return outcome == CommitOutcome::kCommitted && invalidation_status.ok(); }
};

class WriteTransaction {
 public:
  explicit WriteTransaction(Client client, WriteTransactionOptions options = {})
      : client_(std::move(client)), options_(std::move(options)) {}

  // Notes a write. Sends nothing.
  void Add(WriteEvent write);
  void Add(std::string resource_type, std::string resource_id, std::string operation,
           JsonValue::Object context = {}) {
    Add(WriteEvent{.resource_type = std::move(resource_type),
                   .resource_id = std::move(resource_id),
                   .operation = std::move(operation),
                   .context = std::move(context)});
  }

  // Runs the database's commit, once, and sends what was noted unless it was rolled back.
  //
  // `run_database_commit` answers a CommitOutcome, an absl::StatusOr<CommitOutcome>, or an
  // absl::Status: OK is committed, and an error is unknown. What it throws is unknown as well; the
  // exception is passed on after sending, and only on_unsent tells if that failed.
  //
  // It is not called at all if the service would refuse a write or an option of the call
  // (INVALID_ARGUMENT in commit_status names the first): the outcome is kRolledBack, and the caller
  // abandons the database's transaction, which is still open.
  //
  // Afterwards nothing is noted any more, and the object may be used for the next transaction.
  template <typename Function>
  TransactionResult Commit(Function&& run_database_commit) {
    using Answer = std::invoke_result_t<Function&>;
    if constexpr (std::is_same_v<Answer, absl::Status>) {
      return CommitAndSend([&]() -> absl::StatusOr<CommitOutcome> {
        absl::Status status = run_database_commit();
        if (!status.ok()) return status;
        return CommitOutcome::kCommitted;
      });
    } else {
      static_assert(std::is_same_v<Answer, CommitOutcome> ||
                        std::is_same_v<Answer, absl::StatusOr<CommitOutcome>>,
                    "a commit function says what became of the transaction");
      return CommitAndSend(run_database_commit);
    }
  }

 private:
  TransactionResult CommitAndSend(absl::FunctionRef<absl::StatusOr<CommitOutcome>()> commit);
  absl::Status CheckOptions() const;
  void Send(WidenedWrites told, uint64_t added, TransactionResult& result) const;
  absl::StatusOr<WriteResult> Tell(const WidenedWrites& told,
                                   const std::optional<WaitForSubscribers>& wait) const;

  Client client_;
  WriteTransactionOptions options_;
  WriteCollector writes_;
  uint64_t added_ = 0;    // to writes_
  absl::Status refusal_;  // of the first that the service would refuse
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WRITE_TRANSACTION_H_
