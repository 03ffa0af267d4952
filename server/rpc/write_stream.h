// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_WRITE_STREAM_H_
#define CACHE_INVALIDATION_SERVER_RPC_WRITE_STREAM_H_

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "grpcpp/alarm.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/call_access.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/services.h"
#include "server/rpc/write_message.h"
#include "server/shard/mailbox.h"

namespace cache_invalidation::rpc {

// Messages of one StreamWrites stream that can wait in a shard before its next read is delayed.
inline constexpr size_t kMaxStreamWritesInFlight = 4;

// How long a stream that must end waits for its caller to read the acknowledgements that are left:
// enough for a slow caller, and all that a caller keeps after its permission was revoked.
inline constexpr absl::Duration kWriteStreamPatience = absl::Seconds(5);

// Streams at one time, of all callers: each takes about 11 KB, also if it says nothing.
inline constexpr size_t kMaxWriteStreams = 10'000;

class WriteStream;

// The streams of bulk writers. Owns each until gRPC is done with it. Thread-safe.
class WriteStreamSet {
 public:
  // Ends all streams, including later ones, with UNAVAILABLE once everything received has been
  // acknowledged.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);

  // The policy has changed: ends the streams whose callers may not write any more, with the reason,
  // once everything received has been acknowledged, or cancels them after kWriteStreamPatience.
  void Recheck() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class WriteStream;

  absl::flat_hash_set<std::shared_ptr<WriteStream>> streams() ABSL_LOCKS_EXCLUDED(mutex_);
  // Fails if the stream must end: the server is draining, or there are too many.
  absl::Status Add(std::shared_ptr<WriteStream> stream) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(const std::shared_ptr<WriteStream>& stream) ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;  // never held while a stream is called
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::shared_ptr<WriteStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

// One StreamWrites call. Each message is one submission; its groups are acknowledged in order, by
// one response, or by several if one would be too large.
//
// Reads ahead of the responses by at most kMaxStreamWritesInFlight messages, and not at all while
// the mailbox is full or the caller is over a limit of calls: that is the back-pressure on the
// writer. Each message counts as a call, and needs the role when it is read. A message that is
// invalid as a whole ends the stream, after the responses to those before it. A stream that ends
// for an error of its caller, or for its permission, is cancelled after kWriteStreamPatience: a
// caller that reads no responses would otherwise keep it. What was read is applied all the same.
//
// Invariants:
//   1. `messages_` holds the messages that were read and not yet answered, in order. Only the
//      response to its front is written.
//   2. At most one message is parked: read, but refused by a full mailbox. It is the last one and
//      is kept as its bytes. Nothing is read until it has been accepted; that is retried whenever a
//      message before it has been answered, even if the client has disconnected.
//   3. gRPC is called with `mutex_` held, and not at all once finished.
//
// Owned by its set until OnDone, and kept alive by its submissions in the shard.
class WriteStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                          public std::enable_shared_from_this<WriteStream> {
 public:
  using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

  // Returns the reactor for the gRPC handler. All arguments must outlive the grpc::Server.
  static Reactor* Start(const Backend& backend, metrics::MethodMetrics& metrics,
                        grpc::CallbackServerContext& context, WriteStreamSet& streams);

  // Stops reading; ends with `reason` once everything read has been answered, however long that
  // takes: the server that drains cuts it off.
  void End(const absl::Status& reason) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends if the caller may not write any more.
  void Recheck() ABSL_LOCKS_EXCLUDED(mutex_);

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() override;

 private:
  WriteStream(const Backend& backend, metrics::MethodMetrics& metrics,
              grpc::CallbackServerContext& context, WriteStreamSet& streams);

  // Accepts a message that was read, unless it is invalid as a whole.
  absl::Status Accept(std::shared_ptr<WriteMessage> message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Submits the last message to the shard; parks it if the mailbox is full.
  void Submit() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnAnswers(WriteMessage& message, const std::vector<shard::Result>& answers)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes a call from the limits. Reads nothing more until it would have been allowed.
  absl::Status Pace() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Calls `react` then, if the stream still exists.
  void After(absl::Duration delay, void (WriteStream::*react)(), grpc::Alarm& alarm);
  void ExpectFirstMessage() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnFirstMessageLate() ABSL_LOCKS_EXCLUDED(mutex_);
  void OnPauseOver() ABSL_LOCKS_EXCLUDED(mutex_);
  void OnPatienceOver() ABSL_LOCKS_EXCLUDED(mutex_);
  void EndLocked(const absl::Status& reason) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Ends with the error, also if the caller has no more to say, and cancels the call after
  // kWriteStreamPatience.
  void EndInTime(const absl::Status& error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Starts whatever can be started: a write, a read, the end.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Backend& backend_;
  const OpenCalls::Call open_;
  metrics::MethodMetrics& metrics_;
  WriteStreamSet& streams_;
  const absl::Duration started_;
  grpc::CallbackServerContext& context_;
  CallAccess access_;

  // The client has disconnected. Set with the mutex held, read by the shard without.
  std::atomic<bool> cancelled_ = false;

  grpc::ByteBuffer incoming_;  // owned by gRPC while reading_
  grpc::ByteBuffer outgoing_;  // owned by gRPC while writing_

  Mutex mutex_;
  std::string namespace_name_ ABSL_GUARDED_BY(mutex_);  // empty before the first message
  std::deque<std::shared_ptr<WriteMessage>> messages_ ABSL_GUARDED_BY(mutex_);
  size_t in_shard_ ABSL_GUARDED_BY(mutex_) = 0;  // number of messages_ in the shard
  bool parked_ ABSL_GUARDED_BY(mutex_) = false;
  bool pausing_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Alarm first_message_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Alarm> patience_ ABSL_GUARDED_BY(mutex_);  // null: it may take its time
  std::unique_ptr<grpc::Alarm> pause_ ABSL_GUARDED_BY(mutex_);     // null: it never paused
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;  // stops reading
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status reason_ ABSL_GUARDED_BY(mutex_);  // status of the end
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_WRITE_STREAM_H_
