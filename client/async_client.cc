// SPDX-License-Identifier: Apache-2.0

#include "client/async_client.h"

namespace cache_invalidation::client {

// The number of calls that have started and not ended. Thread-safe.
class AsyncClient::CallsUnderWay {
 public:
  void Begin() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    ++count_;
  }
  void End() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    --count_;
    ended_.NotifyAll();
  }
  void AwaitNone() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (count_ > 0) ended_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar ended_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

AsyncClient::AsyncClient(std::shared_ptr<Connection> connection, AsyncClientOptions options)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      calls_(std::make_shared<CallsUnderWay>()) {}

AsyncClient::~AsyncClient() {
  calls_->AwaitNone();
  MutexLock lock(mutex_);
  if (writes_ != nullptr) writes_->Close();
}

std::shared_ptr<void> AsyncClient::BeginCall() {
  calls_->Begin();
  // Owns nothing; only its deleter matters.
  return {nullptr, [calls = calls_](std::nullptr_t) { calls->End(); }};
}

WriteStream& AsyncClient::Writes() {
  MutexLock lock(mutex_);
  if (writes_ == nullptr) {
    writes_ = connection_->OpenWriteStream(
        {.stream = options_.writes, .namespace_name = options_.namespace_name});
  }
  return *writes_;
}

void AsyncClient::InvalidateByWrites(std::vector<WriteEvent> writes, WriteCallback done) {
  Writes().Write(std::move(writes), std::move(done));
}

std::future<absl::StatusOr<WriteResult>> AsyncClient::InvalidateByWrites(
    std::vector<WriteEvent> writes) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<WriteResult>>>();
  InvalidateByWrites(std::move(writes), [promise](const absl::StatusOr<WriteResult>& result) {
    promise->set_value(result);
  });
  return promise->get_future();
}

void AsyncClient::FlushWrites() { Writes().Flush(); }

}  // namespace cache_invalidation::client
