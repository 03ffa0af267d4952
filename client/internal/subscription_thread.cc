// SPDX-License-Identifier: Apache-2.0

#include "client/internal/stream_threads.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_format.h"
#include "client/internal/bidi_stream.h"
#include "client/internal/metadata.h"
#include "client/internal/method_name.h"
#include "client/internal/retry.h"
#include "client/internal/stream_attempts.h"
#include "client/internal/subscription_core.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {
namespace {

// Backoff after a refused stream. A proxy without a backend, or a certificate that is being
// replaced, refuses streams that will be accepted later. Only INVALID_ARGUMENT is final.
constexpr BackoffOptions kPatientBackoff = {
    .initial = absl::Seconds(1), .maximum = absl::Seconds(30), .multiplier = 2};

std::string RandomInstance(const Runtime& runtime) {
  const auto bits = [&] { return static_cast<uint32_t>(runtime.random() * 0x1p32); };
  return absl::StrFormat("%08x%08x%08x%08x", bits(), bits(), bits(), bits());
}

template <typename Argument>
void CallIfSet(const std::function<void(const Argument&)>& callback, const Argument& argument) {
  if (callback) callback(argument);
}

// How long Stop may take if the service does not respond.
constexpr absl::Duration kFarewellPatience = absl::Milliseconds(500);

using Stream = BidiStream<v1::SubscribeRequest, v1::SubscribeResponse>;
using Mailbox = Stream::Mailbox;

class SubscriptionThread final : public Subscription {
 public:
  SubscriptionThread(std::shared_ptr<v1::SubscriptionService::Stub> stub, const Runtime& runtime,
                     const SubscribeParams& params)
      : stub_(std::move(stub)),
        runtime_(runtime),
        callbacks_(params.callbacks),
        core_(params.namespace_name.value_or(runtime.namespace_name), params.subscription,
              RandomInstance(runtime)),
        attempts_(runtime_, MethodOf<v1::SubscribeRequest>()),
        mailbox_(std::make_shared<Mailbox>(*runtime_.clock)),
        thread_([this] { Run(); }) {}

  ~SubscriptionThread() override { Stop(); }

  void Acknowledge(const Position& position) override ABSL_LOCKS_EXCLUDED(acknowledged_mutex_) {
    {
      MutexLock lock(acknowledged_mutex_);
      std::optional<Position>& latest = acknowledged_;
      if (!latest.has_value() || latest->epoch != position.epoch ||
          latest->revision < position.revision) {
        latest = position;
      }
    }
    mailbox_->Poke();
  }

  void Stop() override ABSL_LOCKS_EXCLUDED(join_mutex_) {
    mailbox_->Stop();
    if (std::this_thread::get_id() == running_) {
      return;  // called by a callback, which is the last one
    }
    MutexLock lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  absl::Duration Now() const { return runtime_.clock->Monotonic(); }

  // The thread: runs one stream after the other.
  void Run() {
    running_ = std::this_thread::get_id();
    if (!runtime_.error.ok()) return CallIfSet(callbacks_.on_ended, runtime_.error);
    Backoff backoff(runtime_.backoff, runtime_.random);
    Backoff patient(kPatientBackoff, runtime_.random);
    bool waits_for_connection = false;  // see RetrySchedule::WaitsForConnection
    while (true) {
      const absl::Duration begun = Now();
      attempts_.Begin();
      const absl::Status status = RunStream(waits_for_connection);
      attempts_.End(status);
      if (mailbox_->stopped()) return;
      if (absl::IsInvalidArgument(status)) return CallIfSet(callbacks_.on_ended, status);
      CallIfSet(callbacks_.on_disconnected, status);
      waits_for_connection = absl::IsUnavailable(status);
      // Only a stream that lasted for a while shows that the service works.
      if (Now() - begun > runtime_.backoff.maximum) {
        backoff.Reset();
        patient.Reset();
      }
      mailbox_->Sleep(Now() + (IsDefinitive(status) ? patient : backoff).Next());
      if (mailbox_->stopped()) return;
    }
  }

  // Runs one stream to its end. Returns why it ended.
  absl::Status RunStream(bool waits_for_connection) {
    Stream stream(mailbox_, waits_for_connection,
                  [this](grpc::ClientContext* context, auto* reactor) {
                    if (runtime_.metadata != nullptr) {
                      AddMetadata(runtime_.metadata->Get(), *context);
                    }
                    stub_->async()->Subscribe(context, reactor);
                  });
    stream.Send(core_.Begin(Now()));
    absl::Status failure;  // found on this side; then the loop only waits for the end
    Farewell farewell;
    while (true) {
      const absl::Duration wake_at = std::min(core_.WakeAt(), farewell.ends);
      const Mailbox::Mail mail = mailbox_->Take(failure.ok() ? wake_at : absl::InfiniteDuration());
      TakeAcknowledged();
      const bool failed_before = !failure.ok();
      if (mail.message.has_value()) {
        attempts_.TakeMessage();
        if (!failed_before) failure = Apply(*mail.message);
        stream.ReadNext();
      }
      if (mail.closing) break;
      if (failed_before) continue;
      if (failure.ok() && mailbox_->stopped()) {
        if (SayFarewell(stream, mail.sending, farewell)) continue;
        failure = absl::CancelledError("stopped");
      }
      if (failure.ok() && core_.IsSilent(Now())) {
        failure = absl::UnavailableError("the stream fell silent");
      }
      if (!failure.ok()) {
        stream.Cancel();
      } else if (!mail.sending) {
        std::optional<v1::SubscribeRequest> request = core_.NextMessage(Now());
        if (request.has_value()) stream.Send(*std::move(request));
      }
    }
    stream.Close();
    const absl::Status end = mailbox_->TakeEnd();
    if (!failure.ok()) return failure;
    return end.ok() ? absl::UnavailableError("the service ended the stream") : end;
  }

  // The last message of a stopped subscription, and until when it waits for the end.
  struct Farewell {
    absl::Duration ends = absl::InfiniteDuration();
    bool said = false;
  };

  // Announces, once, that the subscriber leaves. Returns whether to wait for the end of the stream.
  bool SayFarewell(Stream& stream, bool sending, Farewell& farewell) {
    if (!core_.ShouldLeave()) return false;
    const absl::Duration now = Now();
    if (farewell.ends == absl::InfiniteDuration()) farewell.ends = now + kFarewellPatience;
    if (now >= farewell.ends) return false;
    if (!farewell.said && !sending) {
      farewell.said = true;
      stream.Send(core_.Leave(now));
    }
    return true;
  }

  void TakeAcknowledged() ABSL_LOCKS_EXCLUDED(acknowledged_mutex_) {
    MutexLock lock(acknowledged_mutex_);
    if (acknowledged_.has_value()) core_.Acknowledge(*acknowledged_);
    acknowledged_.reset();
  }

  absl::Status Apply(const v1::SubscribeResponse& response) {
    std::vector<Delivery> deliveries;
    absl::Status status = core_.Receive(response, Now(), deliveries);
    for (const Delivery& delivery : deliveries) {
      if (mailbox_->stopped()) break;
      std::visit([this](const auto& delivered) { Deliver(delivered); }, delivery);
    }
    return status;
  }

  void Deliver(const SubscriptionStarted& started) { CallIfSet(callbacks_.on_started, started); }
  void Deliver(const SubscriptionReset& reset) { CallIfSet(callbacks_.on_reset, reset); }
  void Deliver(const Event& event) { CallIfSet(callbacks_.on_event, event); }
  void Deliver(const SubscriptionProgress& progress) {
    CallIfSet(callbacks_.on_progress, progress);
  }

  const std::shared_ptr<v1::SubscriptionService::Stub> stub_;
  const Runtime runtime_;
  const SubscriptionCallbacks callbacks_;
  SubscriptionCore core_;    // used by the thread only
  StreamAttempts attempts_;  // the same
  const std::shared_ptr<Mailbox> mailbox_;
  Mutex acknowledged_mutex_;
  std::optional<Position> acknowledged_
      ABSL_GUARDED_BY(acknowledged_mutex_);  // not handed to core_ yet
  std::atomic<std::thread::id> running_ = std::thread::id();
  Mutex join_mutex_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<Subscription> StartSubscription(std::shared_ptr<v1::SubscriptionService::Stub> stub,
                                                const Runtime& runtime,
                                                const SubscribeParams& params) {
  return std::make_unique<SubscriptionThread>(std::move(stub), runtime, params);
}

}  // namespace cache_invalidation::client::internal
