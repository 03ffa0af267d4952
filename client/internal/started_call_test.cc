// SPDX-License-Identifier: Apache-2.0

// Calls that were started, over real gRPC, against a service that follows a script.

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "client/async_client.h"
#include "client/grpc_channel.h"
#include "client/internal/testing/in_process_server.h"
#include "client/internal/testing/scripted_service.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

using Result = absl::StatusOr<BatchFlush>;

const grpc::Status kDraining(grpc::StatusCode::UNAVAILABLE, "draining");

class StartedCallTest : public testing::Test {
 protected:
  std::unique_ptr<AsyncClient> MakeClient(ClientOptions options = {}) {
    options.random = [] { return 0.0; };  // tries again at once
    return std::make_unique<AsyncClient>(MakeConnection(server_.channel(), std::move(options)));
  }

  static std::future<Result> Flush(AsyncClient& client, CallOptions options = {}) {
    return client.Call(&Connection::FlushPendingInvalidations, {.options = std::move(options)});
  }

  internal::ScriptedService service_;
  internal::InProcessServer server_{&service_};
};

TEST_F(StartedCallTest, AnswersWhatTheServiceAnswers) {
  const auto client = MakeClient({.namespace_name = "shop"});
  const Result result = Flush(*client, {.request_id = "r1"}).get();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->flushed, 7u);
  ASSERT_EQ(service_.requests.size(), 1u);
  EXPECT_EQ(service_.requests[0].namespace_(), "shop");
  EXPECT_EQ(service_.requests[0].request_id(), "r1");
}

TEST_F(StartedCallTest, AnswersAnError) {
  service_.script = {grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "namespace: too long")};
  EXPECT_EQ(Flush(*MakeClient()).get().status(), absl::InvalidArgumentError("namespace: too long"));
}

TEST_F(StartedCallTest, IsTriedAgain) {
  service_.script = {kDraining, kDraining};
  EXPECT_TRUE(Flush(*MakeClient()).get().ok());
  EXPECT_EQ(service_.requests.size(), 3u);
}

// The same request is accepted once the rate of calls has fallen, unlike one that is too large.
TEST_F(StartedCallTest, IsTriedAgainAfterTheDelayOfALimit) {
  service_.script = {grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls")};
  service_.pushback = "20";
  const auto client = MakeClient();
  const absl::Duration start = RealClock().Monotonic();
  EXPECT_TRUE(Flush(*client).get().ok());
  EXPECT_GE(RealClock().Monotonic() - start, absl::Milliseconds(20));
  EXPECT_EQ(service_.requests.size(), 2u);
}

TEST_F(StartedCallTest, ALimitThatOutlastsTheDeadlineIsTemporary) {
  service_.script = {grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls")};
  service_.pushback = "3600000";
  EXPECT_EQ(Flush(*MakeClient()).get().status(), absl::UnavailableError("too many calls"));
}

TEST_F(StartedCallTest, ALimitWithoutADelayIsFinal) {
  service_.script = {grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too large")};
  EXPECT_EQ(Flush(*MakeClient()).get().status(), absl::ResourceExhaustedError("too large"));
  EXPECT_EQ(service_.requests.size(), 1u);
}

TEST_F(StartedCallTest, IsTriedAgainIfSomebodyElseCancelledIt) {
  service_.script = {grpc::Status(grpc::StatusCode::CANCELLED, "")};
  EXPECT_TRUE(Flush(*MakeClient()).get().ok());
  EXPECT_EQ(service_.requests.size(), 2u);
}

TEST_F(StartedCallTest, DoesNotWaitForAnotherAttemptThatWouldComeTooLate) {
  service_.script = {kDraining};
  ClientOptions options{.deadline = absl::Seconds(60), .backoff = {.initial = absl::Hours(1)}};
  options.random = [] { return 1.0; };
  AsyncClient client(MakeConnection(server_.channel(), std::move(options)));
  EXPECT_EQ(Flush(client).get().status(), absl::UnavailableError("draining"));
}

TEST_F(StartedCallTest, EndsAtItsDeadline) {
  service_.Hold();
  service_.script = {grpc::Status::OK};
  const auto client = MakeClient();
  EXPECT_EQ(Flush(*client, {.deadline = absl::Milliseconds(50)}).get().status().code(),
            absl::StatusCode::kDeadlineExceeded);
  service_.Release();
}

TEST_F(StartedCallTest, EndsWhenItIsCancelled) {
  service_.Hold();
  service_.script = {grpc::Status::OK};
  std::stop_source source;
  const auto client = MakeClient({.deadline = absl::InfiniteDuration()});
  std::future<Result> flush = Flush(*client, {.cancellation = source.get_token()});
  service_.AwaitCalls(1);
  source.request_stop();
  EXPECT_EQ(flush.get().status().code(), absl::StatusCode::kCancelled);
  service_.Release();
  EXPECT_EQ(Flush(*client, {.cancellation = source.get_token()}).get().status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(service_.requests.size(), 1u) << "the second was never made";
}

TEST_F(StartedCallTest, EndsWhenItIsCancelledBetweenAttempts) {
  service_.script = {kDraining};
  ClientOptions options{.deadline = absl::Hours(1), .backoff = {.initial = absl::Minutes(30)}};
  std::stop_source source;
  // Called for the delay after the first attempt: the alarm of the next one is set now or soon.
  options.random = [&] {
    source.request_stop();
    return 1.0;
  };
  AsyncClient client(MakeConnection(server_.channel(), std::move(options)));
  EXPECT_EQ(Flush(client, {.cancellation = source.get_token()}).get().status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(service_.requests.size(), 1u);
}

TEST_F(StartedCallTest, EveryAttemptIsReported) {
  service_.script = {kDraining, kDraining};
  Mutex mutex;
  std::vector<CallAttempt> attempts;
  std::optional<AsyncClient> client;
  const auto report = [&](const CallAttempt& attempt) {
    if (attempt.metadata.empty()) return;  // of the other call
    // It may use the connection: no lock is held.
    if (attempt.number == 1) Flush(*client);
    MutexLock lock(mutex);
    attempts.push_back(attempt);
  };
  client.emplace(MakeConnection(
      server_.channel(), {.on_attempt = report, .backoff = {.initial = absl::ZeroDuration()}}));
  const CallMetadata metadata = {{"traceparent", "00-a-b-01"}};
  EXPECT_TRUE(Flush(*client, {.metadata = metadata}).get().ok());
  client.reset();
  ASSERT_GE(attempts.size(), 2u);
  for (size_t i = 0; i < attempts.size(); ++i) {
    const bool is_last = i + 1 == attempts.size();
    EXPECT_EQ(attempts[i].kind, CallAttempt::Kind::kCall);
    EXPECT_EQ(attempts[i].method,
              "cache_invalidation.v1.InvalidationService/FlushPendingInvalidations");
    EXPECT_EQ(attempts[i].number, i + 1);
    EXPECT_GT(attempts[i].latency, absl::ZeroDuration());
    EXPECT_EQ(attempts[i].status, is_last ? absl::OkStatus() : absl::UnavailableError("draining"));
    EXPECT_EQ(attempts[i].will_retry, !is_last);
    EXPECT_EQ(attempts[i].metadata, metadata);
  }
}

TEST_F(StartedCallTest, ACallThatIsNotMadeIsNotReported) {
  int attempts = 0;
  const auto client = MakeClient({.on_attempt = [&](const CallAttempt&) { ++attempts; }});
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(Flush(*client, {.cancellation = source.get_token()}).get().ok());
  EXPECT_FALSE(Flush(*client, {.metadata = {{"Upper", "1"}}}).get().ok());
  EXPECT_EQ(attempts, 0);
}

// Destroying the client destroys its channel, and may end the last thread of gRPC.
TEST_F(StartedCallTest, AClientMayEndRightAfterItsCalls) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Flush(*MakeClient()).get().ok());
}

// Calls end, are tried again and are cancelled at the same time, for the sanitizers.
TEST_F(StartedCallTest, ManyAtATime) {
  service_.script = {40, kDraining};
  std::optional<AsyncClient> client;
  client.emplace(
      MakeConnection(server_.channel(), {.backoff = {.initial = absl::Milliseconds(1)}}));
  std::stop_source source;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 100; ++i) {
    const CallOptions options{.cancellation = i % 2 == 0 ? source.get_token() : std::stop_token()};
    client->Call(&Connection::FlushPendingInvalidations, {.options = options},
                 [&, i](const Result& result) {
                   EXPECT_TRUE(result.ok() || i % 2 == 0) << result.status();
                   ++answered;
                 });
    if (i == 50) source.request_stop();
  }
  client.reset();
  EXPECT_EQ(answered, 100);
}

}  // namespace
}  // namespace cache_invalidation::client
