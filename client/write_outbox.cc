// SPDX-License-Identifier: Apache-2.0

#include "client/write_outbox.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/internal/log.h"
#include "client/internal/outbox_core.h"
#include "client/internal/retry.h"

namespace cache_invalidation::client {

using internal::OutboxBatch;

RetryingOutbox::RetryingOutbox(Client client, WriteOutboxOptions options)
    : client_(std::move(client)),
      options_(std::move(options)),
      clock_(internal::ClockOr(options_.clock)),
      core_(std::make_unique<internal::OutboxCore>(
          options_, options_.random ? options_.random : internal::MakeRandom())),
      thread_([this] { Run(); }) {}

RetryingOutbox::~RetryingOutbox() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    changed_.NotifyAll();
  }
  stop_.request_stop();
  thread_.join();
  std::vector<OutboxBatch> rest;
  absl::Status reason;
  {
    MutexLock lock(mutex_);
    rest = core_->TakeAll();
    reason = core_->Statistics().last_error;
  }
  for (OutboxBatch& batch : rest) {
    if (options_.on_abandoned) {
      options_.on_abandoned({.namespace_name = std::move(batch.namespace_name),
                             .writes = std::move(batch.writes),
                             .everything = batch.everything,
                             .status = reason});
    } else {
      internal::Log(LogSeverity::kError,
                    absl::StrCat("outbox: abandoned in namespace \"", batch.namespace_name, "\": ",
                                 batch.everything ? "an invalidation of everything"
                                                  : absl::StrCat("writes: ", batch.writes.size()),
                                 "; other processes can serve old values"));
    }
  }
}

void RetryingOutbox::Add(UnsentWrites unsent) {
  MutexLock lock(mutex_);
  core_->Add(std::move(unsent));
  changed_.NotifyAll();
}

bool RetryingOutbox::Flush(absl::Duration timeout) {
  const absl::Duration end = clock_->Monotonic() + timeout;
  MutexLock lock(mutex_);
  const uint64_t last = core_->last_added();
  core_->Hurry();
  changed_.NotifyAll();
  while (core_->OldestWaiting() <= last) {
    if (clock_->Monotonic() >= end) return false;
    clock_->WaitUntil(mutex_, changed_, end);
  }
  return true;
}

WriteOutboxStatistics RetryingOutbox::Statistics() const {
  MutexLock lock(mutex_);
  return core_->Statistics();
}

void RetryingOutbox::Run() {
  while (true) {
    std::optional<OutboxBatch> batch;
    {
      MutexLock lock(mutex_);
      while (!stopped_ && !(batch = core_->Next(clock_->Monotonic())).has_value()) {
        clock_->WaitUntil(mutex_, changed_, core_->NextAt());
      }
      if (stopped_) return;
    }
    const absl::Status status = Send(*std::move(batch));
    MutexLock lock(mutex_);
    core_->Finish(status, clock_->Monotonic());
    changed_.NotifyAll();
  }
}

absl::Status RetryingOutbox::Send(OutboxBatch batch) const {
  CallOptions call = options_.call;
  call.namespace_name = std::move(batch.namespace_name);
  call.request_id.clear();
  call.cancellation = stop_.get_token();
  if (batch.everything) {
    return client_.Invalidate({.everything = true, .options = std::move(call)}).status();
  }
  return client_.InvalidateByWrites({.writes = std::move(batch.writes), .options = std::move(call)})
      .status();
}

}  // namespace cache_invalidation::client
