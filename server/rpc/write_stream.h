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
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/backend.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/write_message.h"
#include "server/shard/submission.h"

namespace cache_invalidation::rpc {

class WriteStream;

// The streams of bulk writers: owns each until gRPC is done with it. Thread-safe.
class WriteStreamSet {
 public:
  // Ends all streams, those to come as well, with UNAVAILABLE once what they sent has been
  // answered.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class WriteStream;

  // Answers whether the stream must end because the server drains.
  bool Add(std::shared_ptr<WriteStream> stream) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(const std::shared_ptr<WriteStream>& stream) ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;  // never held over a call of a stream
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::shared_ptr<WriteStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

// One StreamWrites call: a message is one submission; its groups are answered in order, by one
// message, or by several if that would be too large.
//
// Reads ahead of the answers by at most kMaxStreamWritesInFlight messages, and not at all while the
// mailbox is full: that is the writer's back-pressure. A message that is wrong as a whole ends the
// stream, after the answers to those before it.
//
// Invariants:
//   1. `messages_` holds what was read and not yet answered, in order. Only its front is written.
//   2. At most one message is parked: read, but refused by a full mailbox. It is the last one, and
//   nothing is read until it has been taken in, which is tried whenever one before it is answered,
//   also if the client is gone by then. It is kept as its bytes.
//   3. gRPC is called with `mutex_` held, and not at all once finished.
//
// Its set owns it until OnDone; what is in the shard keeps it alive too.
class WriteStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                          public std::enable_shared_from_this<WriteStream> {
 public:
  using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

  // What a handler returns. All must outlive the grpc::Server.
  static Reactor* Start(const Backend& backend, metrics::MethodMetrics& metrics,
                        WriteStreamSet& streams);

  // Reads no more; ends with `reason` once everything read has been answered.
  void End(const absl::Status& reason) ABSL_LOCKS_EXCLUDED(mutex_);

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() override;

 private:
  WriteStream(const Backend& backend, metrics::MethodMetrics& metrics, WriteStreamSet& streams);

  // Takes in what was read, unless it is wrong as a whole.
  absl::Status Accept(std::shared_ptr<WriteMessage> message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Hands the last message to the shard; parks it if the mailbox is full.
  void Submit() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnAnswers(WriteMessage& message, const std::vector<shard::Answer>& answers)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void EndLocked(const absl::Status& reason) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Starts whatever can start now: a write, a read, the end.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Backend& backend_;
  const OpenCalls::Call open_;
  metrics::MethodMetrics& metrics_;
  WriteStreamSet& streams_;
  const absl::Duration started_;

  // The client is gone. Set with the mutex held, read by the shard without.
  std::atomic<bool> cancelled_ = false;

  grpc::ByteBuffer incoming_;  // gRPC's while reading_
  grpc::ByteBuffer outgoing_;  // gRPC's while writing_

  Mutex mutex_;
  std::string namespace_name_ ABSL_GUARDED_BY(mutex_);  // empty before the first message
  std::deque<std::shared_ptr<WriteMessage>> messages_ ABSL_GUARDED_BY(mutex_);
  size_t in_shard_ ABSL_GUARDED_BY(mutex_) = 0;  // of messages_
  bool parked_ ABSL_GUARDED_BY(mutex_) = false;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;  // reads no more
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status reason_ ABSL_GUARDED_BY(mutex_);  // of the end
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_WRITE_STREAM_H_
