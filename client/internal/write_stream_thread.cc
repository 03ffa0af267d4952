// SPDX-License-Identifier: Apache-2.0

#include "client/internal/stream_threads.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "client/internal/bidi_stream.h"
#include "client/internal/metadata.h"
#include "client/internal/method_name.h"
#include "client/internal/retry.h"
#include "client/internal/stream_attempts.h"
#include "client/internal/write_stream_core.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {
namespace {

using Stream = BidiStream<v1::StreamWritesRequest, v1::StreamWritesResponse>;
using Mailbox = Stream::Mailbox;

// How long a service that has answered everything may take to end the stream.
constexpr absl::Duration kPatienceForEnd = absl::Seconds(1);

class WriteStreamThread final : public WriteStream {
 public:
  WriteStreamThread(std::shared_ptr<v1::WriteEventService::Stub> stub, const Runtime& runtime,
                    const OpenWriteStreamParams& params)
      : stub_(std::move(stub)),
        runtime_(runtime),
        core_(params.namespace_name.value_or(runtime.namespace_name), params.stream),
        mailbox_(std::make_shared<Mailbox>(*runtime_.clock)),
        attempts_(runtime_, MethodOf<v1::StreamWritesRequest>()),
        thread_([this] { Run(); }) {}

  ~WriteStreamThread() override { Close(); }

  void Write(std::vector<WriteEvent> writes, WriteCallback done) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    if (!runtime_.error.ok()) {
      if (done) done(runtime_.error);
      return;
    }
    {
      MutexLock lock(mutex_);
      while (core_.IsFull() && !closed_) answered_.Wait(mutex_);
      if (!closed_) {
        core_.Add(writes, std::move(done), Now());
        ++added_;
        done = nullptr;
      }
    }
    // Not added: the stream is closed.
    if (done) return done(absl::CancelledError("the write stream is closed"));
    mailbox_->Poke();
  }

  void Flush() override ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const uint64_t target = added_;
    while (finished_ < target) answered_.Wait(mutex_);
  }

  void Close() override ABSL_LOCKS_EXCLUDED(mutex_, join_mutex_) {
    {
      MutexLock lock(mutex_);
      closed_ = true;
      answered_.NotifyAll();
    }
    Flush();
    mailbox_->Stop();
    MutexLock lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  absl::Duration Now() const { return runtime_.clock->Monotonic(); }

  // The thread: runs a stream whenever there is something to send.
  void Run() {
    Backoff backoff(runtime_.backoff, runtime_.random);
    while (AwaitWork()) {
      const uint64_t before = Finished();
      attempts_.Begin();
      // See RetrySchedule::WaitsForConnection.
      const absl::Status status = RunStream(absl::IsUnavailable(last_end_));
      attempts_.End(status);
      last_end_ = status;
      if (IsDefinitive(status)) Refuse(status);
      if (status.ok()) continue;
      if (Finished() > before) backoff.Reset();
      const absl::Duration next = Now() + backoff.Next();
      while (!mailbox_->stopped() && Now() < next) {
        mailbox_->Sleep(std::min(next, ExpiresAt()));
        ExpireOld();
      }
    }
  }

  // Waits until something is unanswered. Returns false once the stream is closed.
  bool AwaitWork() {
    while (IsEmpty()) {
      if (mailbox_->Take(absl::InfiniteDuration()).stopped) return false;
    }
    return true;
  }

  // The state of a stream.
  struct Progress {
    absl::Status failure;  // found on this side; then the loop only waits for the end
    absl::Duration patience = absl::InfiniteDuration();  // its end, after a half-close
  };

  // Runs one stream to its end. Returns why it ended.
  absl::Status RunStream(bool waits_for_connection) {
    Begin();
    Stream stream(mailbox_, waits_for_connection,
                  [this](grpc::ClientContext* context, auto* reactor) {
                    if (runtime_.metadata != nullptr) {
                      AddMetadata(runtime_.metadata->Get(), *context);
                    }
                    stub_->async()->StreamWrites(context, reactor);
                  });
    Progress progress;
    SendNext(stream);
    while (Exchange(stream, progress)) continue;
    stream.Close();
    const absl::Status end = mailbox_->TakeEnd();
    return progress.failure.ok() ? end : progress.failure;
  }

  // One turn: waits, handles what arrived, sends what is due. Returns whether to go on.
  bool Exchange(Stream& stream, Progress& progress) {
    const bool failed_before = !progress.failure.ok();
    const Mailbox::Mail mail = mailbox_->Take(
        failed_before ? absl::InfiniteDuration() : std::min(ExpiresAt(), progress.patience));
    if (mail.message.has_value()) {
      attempts_.TakeMessage();
      if (!failed_before) progress.failure = Apply(*mail.message);
      stream.ReadNext();
    }
    if (mail.closing || failed_before) return !mail.closing;
    if (ExpireOld()) progress.failure = absl::DeadlineExceededError("no answer in time");
    if (Now() >= progress.patience) progress.failure = absl::CancelledError("closed");
    if (!progress.failure.ok()) {
      stream.Cancel();
    } else if (!mail.sending && !SendNext(stream) && mail.stopped &&
               progress.patience == absl::InfiniteDuration()) {
      stream.HalfClose();
      progress.patience = Now() + kPatienceForEnd;
    }
    return true;
  }

  // Sends what is due. Returns whether there was anything.
  bool SendNext(Stream& stream) {
    std::optional<v1::StreamWritesRequest> request = NextMessage();
    if (!request.has_value()) return false;
    stream.Send(*std::move(request));
    return true;
  }

  absl::Status Apply(const v1::StreamWritesResponse& response) {
    absl::StatusOr<std::vector<Answered>> answered = Receive(response);
    if (!answered.ok()) return answered.status();
    Tell(*std::move(answered));
    return absl::OkStatus();
  }

  // Answers expired commands. Returns whether there were any: then the stream is of no use.
  bool ExpireOld() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Answered> expired;
    {
      MutexLock lock(mutex_);
      expired = core_.Expire(Now(), last_end_);
    }
    const bool any = !expired.empty();
    Tell(std::move(expired));
    return any;
  }

  void Refuse(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Answered> refused;
    {
      MutexLock lock(mutex_);
      refused = core_.Refuse(status);
    }
    Tell(std::move(refused));
  }

  // Calls the callbacks, then wakes those who wait for them.
  void Tell(std::vector<Answered> answered) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (answered.empty()) return;
    for (const Answered& one : answered) {
      if (one.done) one.done(one.result);
    }
    MutexLock lock(mutex_);
    finished_ += answered.size();
    answered_.NotifyAll();
  }

  // The core, one lock at a time.
  void Begin() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    core_.Begin();
  }
  bool IsEmpty() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return core_.IsEmpty();
  }
  absl::Duration ExpiresAt() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return core_.ExpiresAt();
  }
  std::optional<v1::StreamWritesRequest> NextMessage() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return core_.NextMessage();
  }
  absl::StatusOr<std::vector<Answered>> Receive(const v1::StreamWritesResponse& response)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return core_.Receive(response);
  }
  uint64_t Finished() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return finished_;
  }

  const std::shared_ptr<v1::WriteEventService::Stub> stub_;
  const Runtime runtime_;
  Mutex mutex_;
  CondVar answered_;
  WriteStreamCore core_ ABSL_GUARDED_BY(mutex_);
  uint64_t added_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t finished_ ABSL_GUARDED_BY(mutex_) = 0;  // their callbacks have returned
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  const std::shared_ptr<Mailbox> mailbox_;
  absl::Status last_end_;    // used by the thread only
  StreamAttempts attempts_;  // the same
  Mutex join_mutex_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<WriteStream> StartWriteStream(std::shared_ptr<v1::WriteEventService::Stub> stub,
                                              const Runtime& runtime,
                                              const OpenWriteStreamParams& params) {
  return std::make_unique<WriteStreamThread>(std::move(stub), runtime, params);
}

}  // namespace cache_invalidation::client::internal
