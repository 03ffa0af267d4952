// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "tests/attack/attack.h"
#include "tests/attack/inputs.h"

namespace cache_invalidation::attack {
namespace {

// The longest time that 99 of 100 accepted calls may take, and that a single call may take once the
// crowd has been gone for kRecovery.
constexpr absl::Duration kAcceptedWithin = absl::Seconds(5);
constexpr absl::Duration kUsual = absl::Milliseconds(200);
constexpr absl::Duration kRecovery = absl::Seconds(5);

// What came of the calls of a crowd. Thread-safe.
class Outcomes {
 public:
  void Accepted(uint64_t revision, absl::Duration took) {
    MutexLock lock(mutex_);
    revisions_.push_back(revision);
    times_.push_back(took);
  }
  void Refused(const grpc::Status& status) {
    MutexLock lock(mutex_);
    ++refused_;
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) return;
    if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) return;
    unexpected_ = absl::StrCat(status.error_code(), " ", status.error_message());
  }

  // Records what is wrong. REQUIRES: every call has ended. `delivered`: the revisions that a
  // subscriber has received.
  void Judge(Target& target, const std::set<uint64_t>& delivered) {
    MutexLock lock(mutex_);
    if (!unexpected_.empty()) target.Complain(absl::StrCat("a call ended with ", unexpected_));
    if (times_.empty()) return target.Complain("no call was accepted");
    for (uint64_t revision : revisions_) {
      if (!delivered.contains(revision)) return target.Complain("an accepted write has no event");
    }
    if (std::set<uint64_t>(revisions_.begin(), revisions_.end()).size() != revisions_.size()) {
      target.Complain("two accepted writes have one revision");
    }
    std::sort(times_.begin(), times_.end());
    const absl::Duration most = times_[times_.size() * 99 / 100];
    if (most > kAcceptedWithin) {
      target.Complain(absl::StrCat("accepted calls took ", absl::FormatDuration(most)));
    }
    std::fprintf(stderr, "overload: %zu accepted, %zu refused, 99 of 100 accepted within %s\n",
                 times_.size(), refused_, absl::FormatDuration(most).c_str());
  }

 private:
  Mutex mutex_;
  std::vector<uint64_t> revisions_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::Duration> times_ ABSL_GUARDED_BY(mutex_);
  size_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string unexpected_ ABSL_GUARDED_BY(mutex_);
};

// A connection that always has this many calls open, whatever comes of them.
class Caller {
 public:
  Caller(const Target& target, Outcomes& outcomes)
      : stub_(v1::WriteEventService::NewStub(target.NewChannel())), outcomes_(outcomes) {}

  void Run(int calls, absl::Time end) {
    end_ = end;
    open_ = calls;
    for (int i = 0; i < calls; ++i) Begin();
    MutexLock lock(mutex_);
    while (open_ > 0) ended_.Wait(mutex_);
  }

 private:
  struct Open {
    std::optional<grpc::ClientContext> context{std::in_place};
    v1::InvalidateByWritesRequest request = Transaction(1);
    v1::InvalidateByWritesResponse response;
    absl::Duration began = RealClock().Monotonic();
  };

  void Begin() {
    const auto call = std::make_shared<Open>();
    call->context->set_deadline(absl::ToChronoTime(RealClock().Now() + absl::Minutes(2)));
    stub_->async()->InvalidateByWrites(
        &*call->context, &call->request, &call->response,
        [this, call](const grpc::Status& status) { End(*call, status); });
  }

  void End(Open& call, const grpc::Status& status) {
    // It holds the channel, whose last reference must not be dropped by gRPC's thread: gRPC 1.51
    // frees the queue that this thread is waiting at, and the heap is corrupt.
    call.context.reset();
    if (status.ok()) {
      outcomes_.Accepted(call.response.result().position().revision(),
                         RealClock().Monotonic() - call.began);
    } else {
      outcomes_.Refused(status);
    }
    if (RealClock().Now() < end_) return Begin();
    MutexLock lock(mutex_);
    if (--open_ == 0) ended_.NotifyAll();
  }

  const std::unique_ptr<v1::WriteEventService::Stub> stub_;
  Outcomes& outcomes_;
  absl::Time end_;
  Mutex mutex_;
  CondVar ended_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Receives the events of the namespace, until it has been told where they end.
class Listener {
 public:
  explicit Listener(const Target& target)
      : stub_(v1::SubscriptionService::NewStub(target.NewChannel())),
        stream_(stub_->Subscribe(&context_)) {
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_namespace_(kNamespace);
    request.mutable_subscription()->set_name("listener");
    v1::SubscribeResponse started;
    (void)(stream_->Write(request) && stream_->Read(&started));
    thread_ = std::thread([this] { Read(); });
  }

  // The revisions that it has received, once `last` is among them or a minute has passed.
  std::set<uint64_t> ReceivedUpTo(uint64_t last) {
    const absl::Duration end = RealClock().Monotonic() + absl::Minutes(1);
    {
      MutexLock lock(mutex_);
      while (!received_.contains(last) && !RealClock().WaitUntil(mutex_, more_, end)) {
      }
    }
    context_.TryCancel();
    thread_.join();
    MutexLock lock(mutex_);
    return received_;
  }

 private:
  void Read() {
    v1::SubscribeResponse response;
    while (stream_->Read(&response)) {
      MutexLock lock(mutex_);
      for (const v1::Event& event : response.events()) received_.insert(event.revision());
      more_.NotifyAll();
    }
    (void)stream_->Finish();
  }

  grpc::ClientContext context_;
  const std::unique_ptr<v1::SubscriptionService::Stub> stub_;
  const std::unique_ptr<grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>>
      stream_;
  Mutex mutex_;
  CondVar more_;
  std::set<uint64_t> received_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

// Returns the revision of a write that takes no longer than usual; complains if there is none
// within kRecovery.
uint64_t AwaitRecovery(Target& target) {
  const absl::Duration end = RealClock().Monotonic() + kRecovery;
  while (true) {
    const absl::Duration began = RealClock().Monotonic();
    v1::InvalidateByWritesResponse response;
    const grpc::Status status =
        Call(target.writes(), &v1::WriteEventService::Stub::InvalidateByWrites, Transaction(1),
             &response);
    const absl::Duration now = RealClock().Monotonic();
    if (status.ok() && now - began <= kUsual) return response.result().position().revision();
    if (now > end) {
      target.Complain("the server has not recovered");
      return response.result().position().revision();
    }
  }
}

}  // namespace

std::vector<Attack> OverloadAttacks(const Size& size) {
  const int connections = static_cast<int>(size.Of(200, 20));
  const int calls = static_cast<int>(size.Of(100, 50));
  const absl::Duration time = size.full ? absl::Minutes(1) : absl::Seconds(2);
  return {{.name = "overload",
           .input = absl::StrCat(connections, " connections with ", calls, " open writes each, ",
                                 absl::FormatDuration(time), "; then one write"),
           .prepare = {},
           .run = [=](Target& target) {
             Outcomes outcomes;
             Listener listener(target);
             const absl::Time end = RealClock().Now() + time;
             InParallel(connections, [&](int) { Caller(target, outcomes).Run(calls, end); });
             outcomes.Judge(target, listener.ReceivedUpTo(AwaitRecovery(target)));
           }}};
}

}  // namespace cache_invalidation::attack
