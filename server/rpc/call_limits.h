// SPDX-License-Identifier: Apache-2.0

// What bounds the calls of a server: their deadlines, the memory of the process, and responses that
// are not read.

#ifndef CACHE_INVALIDATION_SERVER_RPC_CALL_LIMITS_H_
#define CACHE_INVALIDATION_SERVER_RPC_CALL_LIMITS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "grpcpp/server_context.h"
#include "server/engine/command.h"
#include "server/rpc/conversion/encoded_message.h"

namespace cache_invalidation::rpc {

// Returns what is left of the call's deadline, which is on the clock of the machine, whatever the
// server's is. Without a deadline: centuries.
inline absl::Duration TimeLeft(const grpc::ServerContextBase& context) {
  return absl::FromChrono(context.deadline()) - RealClock().Now();
}

// Fails with DEADLINE_EXCEEDED if nothing is left: its caller gets no result, so under load this is
// work that others wait for. Not for calls that invalidate (shard::kAppliedWithoutItsCaller).
inline absl::Status CheckDeadline(const grpc::ServerContextBase& context) {
  if (TimeLeft(context) > absl::ZeroDuration()) return absl::OkStatus();
  return absl::DeadlineExceededError("the deadline passed before the call was begun");
}

// Whether calls are accepted while the process runs out of memory. Thread-safe.
class Admission {
 public:
  enum class Level {
    kAll,
    kNothingToKeep,  // rejects what makes the server store more
    kNothing,
  };

  void SetLevel(Level level) { level_ = level; }

  // Fails with UNAVAILABLE if no call is accepted. Nothing is lost: the caller retries, and an
  // invalidation is retried until it succeeds.
  absl::Status Admit() const;

  // Fails with RESOURCE_EXHAUSTED if nothing more may be stored. For subscriptions.
  absl::Status AdmitToKeep() const;

  // AdmitToKeep for commands that make an engine store more: entries, dependencies, declarations.
  // All other commands are accepted, invalidations above all.
  absl::Status AdmitCommand(const engine::Command& command) const;

 private:
  std::atomic<Level> level_ = Level::kAll;
};

// The calls that gRPC has begun and not ended: their responses may be on the way. Thread-safe.
//
// gRPC holds a response until its caller reads it, and a caller may leave any number of them
// unread. So all responses on the way together are bounded: beyond `max_unread_bytes`, the calls
// whose responses have waited for the longest time are cancelled. A caller that reads is not among
// them.
class OpenCalls {
 public:
  // With responses of at most 4 MiB, room for many slow readers; an eighth of a gigabyte beside
  // what the namespaces take.
  static constexpr size_t kMaxUnreadBytes = size_t{128} << 20;

  explicit OpenCalls(size_t max_unread_bytes = kMaxUnreadBytes)
      : max_unread_bytes_(max_unread_bytes) {}

  // One call, from its construction to its end.
  class Call {
   public:
    explicit Call(OpenCalls& calls) : calls_(calls) { ++calls_.count_; }
    ~Call() {
      if (response_ != 0) calls_.RemoveResponse(response_);
      --calls_.count_;
    }

    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    // A response of `bytes` is about to be sent. May cancel other calls. Call at most once.
    // `context` must live until the end.
    void BeginResponse(size_t bytes, grpc::ServerContextBase& context) {
      response_ = calls_.AddResponse(bytes, context);
    }

   private:
    OpenCalls& calls_;
    uint64_t response_ = 0;  // 0: none
  };

  size_t count() const { return count_; }

 private:
  struct Response {
    size_t bytes;
    grpc::ServerContextBase* context;
  };

  uint64_t AddResponse(size_t bytes, grpc::ServerContextBase& context) ABSL_LOCKS_EXCLUDED(mutex_);
  void RemoveResponse(uint64_t response) ABSL_LOCKS_EXCLUDED(mutex_);

  const size_t max_unread_bytes_;
  std::atomic<size_t> count_ = 0;
  Mutex mutex_;
  uint64_t last_response_ ABSL_GUARDED_BY(mutex_) = 0;
  // Those that are not cancelled. By number, so oldest first.
  std::map<uint64_t, Response> responses_ ABSL_GUARDED_BY(mutex_);
  size_t unread_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The reactor of a call that is refused at its start. Owned by gRPC: OnDone deletes it.
template <typename Reactor>
class RefusedCall final : public Reactor {
 public:
  explicit RefusedCall(const absl::Status& reason) { this->Finish(ToGrpcStatus(reason)); }

  void OnDone() override { delete this; }
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CALL_LIMITS_H_
