#ifndef CACHE_INVALIDATION_SERVER_SHARD_SUBMISSION_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SUBMISSION_H_

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/engine/command.h"
#include "server/engine/query.h"
#include "server/engine/result.h"

namespace cache_invalidation::shard {

// What one request of a submission gave.
using Result = absl::StatusOr<engine::Result>;

// The requests of one rpc message to one namespace: the item of a mailbox. They are applied in
// order, with nothing of the same namespace in between.
struct Submission {
  std::string namespace_name;

  // 1 to 256. Views point into `buffer`, or into what `done` holds.
  std::vector<std::variant<engine::Command, engine::Query>> requests;

  // Keeps the views alive, typically the parsed request on its arena.
  std::shared_ptr<const void> buffer;

  // Its share of the mailbox's byte budget: its size in memory, not on the wire.
  size_t size_bytes = 0;

  // Whether the caller has gone. Called once, on the shard's thread, just before the first request
  // is applied. If so, a submission of queries and declarations is dropped and answered with
  // CANCELLED; one that invalidates is applied all the same. Empty: never. Not called again later:
  // what was applied is answered.
  absl::AnyInvocable<bool() const> cancelled;

  // Called exactly once, with one answer per request, on the outbox's thread: after everything that
  // the answers reveal is durable, or with UNAVAILABLE if the server stops before. May start gRPC
  // writes; must not block.
  absl::AnyInvocable<void(std::vector<Result>)> done;

  // Used by the shard: the answers to the requests that have been applied.
  std::vector<Result> answers;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SUBMISSION_H_
