// SPDX-License-Identifier: Apache-2.0

// Calls that wait for subscribers, through a whole server and real stubs, on a clock of the test.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "grpc/support/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/server.h"
#include "tests/delivery/delivery_server.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/http_get.h"
#include "tests/support/text.h"

namespace cache_invalidation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Invalidations = v1::InvalidationService::Stub;
using Writes = v1::WriteEventService::Stub;

constexpr absl::Duration kDefaultServerLease = absl::Milliseconds(11'100);  // of the default lease

class WaitingTest : public ::testing::Test {
 protected:
  void Start(absl::Duration longest_earlier_lease = absl::ZeroDuration()) {
    Start(ServerOptions(), longest_earlier_lease);
  }
  void Start(ServerOptions options, absl::Duration longest_earlier_lease = absl::ZeroDuration()) {
    options.longest_earlier_lease = longest_earlier_lease;
    options.clock = &clock_;
    server_ = *Server::Start(std::move(options));
    // Not in this process: there a shutdown cuts off every call at once.
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->grpc_port()),
                                   grpc::InsecureChannelCredentials());
    invalidations_ = v1::InvalidationService::NewStub(channel_);
    writes_ = v1::WriteEventService::NewStub(channel_);
  }

  static v1::SubscribeRequest First(const std::string& name, bool acknowledges = true) {
    v1::SubscribeRequest first = FirstMessage("default");
    first.mutable_subscription()->set_name(name);
    first.mutable_subscription()->set_instance("i");
    first.mutable_subscription()->set_acknowledges(acknowledges);
    first.set_sequence(1);
    return first;
  }

  // A subscriber whose stream has started.
  std::unique_ptr<TestStream> Subscribe(const v1::SubscribeRequest& first) {
    auto stream = std::make_unique<TestStream>(channel_, first);
    const v1::SubscribeResponse started = stream->Read();
    EXPECT_TRUE(started.has_started());
    epoch_ = started.started().head().epoch();
    return stream;
  }
  std::unique_ptr<TestStream> Subscribe(const std::string& name) { return Subscribe(First(name)); }

  static void Acknowledge(TestStream& stream, uint64_t revision) {
    v1::SubscribeRequest request;
    request.set_acknowledged_revision(revision);
    EXPECT_TRUE(stream.Send(request));
  }

  // Calls on another thread, and waits for subscribers.
  template <typename Response, typename Stub, typename Request>
  std::future<Response> Call(Stub& stub,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                             const std::string& request) {
    return std::async(std::launch::async, [&stub, method, request] {
      grpc::ClientContext context;
      Response response;
      const grpc::Status status = (stub.*method)(
          &context, testing::FromText<Request>(request + " wait_for_subscribers: true"), &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      return response;
    });
  }
  std::future<v1::InvalidateResponse> Invalidate(const std::string& rest = "") {
    return Call<v1::InvalidateResponse>(*invalidations_, &Invalidations::Invalidate,
                                        "tags: 't' " + rest);
  }

  template <typename T>
  static bool Ready(const std::future<T>& future) {
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  // Advances the clock until the call returns, calling `meanwhile` repeatedly.
  template <typename T>
  T PassTimeUntil(
      std::future<T> future, const std::function<void()>& meanwhile = [] {}) {
    while (!Ready(future)) {
      clock_.Advance(absl::Milliseconds(100));
      meanwhile();
      std::this_thread::yield();
    }
    return future.get();
  }

  // The same for a call that waits: first it must have begun to.
  v1::InvalidateResponse PassTimeUntilAnswered(
      std::future<v1::InvalidateResponse> call, const std::function<void()>& meanwhile = [] {}) {
    AwaitWaiting(1);
    return PassTimeUntil(std::move(call), meanwhile);
  }

  // Until that many calls wait.
  void AwaitWaiting(int calls) {
    const std::string line = absl::StrCat("\ncache_invalidation_waiting_calls ", calls, "\n");
    while (testing::HttpGet(server_->http_port(), "/metrics").body.find(line) ==
           std::string::npos) {
      std::this_thread::yield();
    }
  }

  static std::vector<std::string> Names(
      const google::protobuf::RepeatedPtrField<std::string>& names) {
    return {names.begin(), names.end()};
  }

  FakeClock clock_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Invalidations> invalidations_;
  std::unique_ptr<Writes> writes_;
  std::string epoch_;
};

TEST_F(WaitingTest, AnswersOnceEverySubscriberHasAppliedIt) {
  Start();
  const auto a = Subscribe("a");
  const auto b = Subscribe("b");
  auto call = Invalidate();
  a->ReadUpTo(1);
  b->ReadUpTo(1);
  Acknowledge(*a, 1);
  AwaitWaiting(1);
  EXPECT_FALSE(Ready(call));
  Acknowledge(*b, 1);
  const v1::InvalidateResponse answer = call.get();
  EXPECT_EQ(answer.position().revision(), 1u);
  EXPECT_THAT(Names(answer.waiting().waited_for()), ElementsAre("a", "b"));
  EXPECT_THAT(Names(answer.waiting().lapsed()), IsEmpty());
  EXPECT_THAT(Names(answer.waiting().late()), IsEmpty());
  EXPECT_FALSE(answer.waiting().unknown_late());
}

TEST_F(WaitingTest, EveryMethodThatMayWaitWaits) {
  Start();
  const auto subscriber = Subscribe("a");
  const auto expect_waiting = [&](auto call, uint64_t revision) {
    subscriber->ReadUpTo(revision);
    Acknowledge(*subscriber, revision);
    EXPECT_THAT(Names(call.get().waiting().waited_for()), ElementsAre("a")) << revision;
  };
  expect_waiting(Invalidate(), 1);
  expect_waiting(Call<v1::InvalidateWithDependenciesResponse>(
                     *invalidations_, &Invalidations::InvalidateWithDependencies, "key: 'k'"),
                 2);
  expect_waiting(
      Call<v1::InvalidateByWriteResponse>(*writes_, &Writes::InvalidateByWrite,
                                          "write { resource_type: 'a' resource_id: '1' }"),
      3);
  expect_waiting(Call<v1::InvalidateByWritesResponse>(*writes_, &Writes::InvalidateByWrites,
                                                      "writes { resource_type: 'a' }"),
                 4);
  v1::ScheduleBatchInvalidationResponse scheduled;
  grpc::ClientContext context;
  ASSERT_TRUE(invalidations_
                  ->ScheduleBatchInvalidation(
                      &context,
                      testing::FromText<v1::ScheduleBatchInvalidationRequest>("tags: 'later'"),
                      &scheduled)
                  .ok());
  expect_waiting(Call<v1::FlushPendingInvalidationsResponse>(
                     *invalidations_, &Invalidations::FlushPendingInvalidations, ""),
                 5);
}

// With too many waiting calls, a call invalidates all the same, and reports that it did not wait.
TEST_F(WaitingTest, WithoutRoomToWaitACallIsDoneAndSaysThatItHasNotWaited) {
  ServerOptions options;
  options.max_awaited_per_namespace = 1;
  Start(std::move(options));
  EXPECT_FALSE(Invalidate().get().waiting().not_waited()) << "alone it has a place";
  const auto subscriber = Subscribe("a");
  const v1::InvalidateResponse answer = Invalidate("strategy: INVALIDATION_STRATEGY_BATCHED").get();
  EXPECT_EQ(answer.position().revision(), 2u);
  EXPECT_EQ(answer.pending_targets(), 0u) << "batched targets go at once as well";
  EXPECT_TRUE(answer.waiting().not_waited());
  EXPECT_TRUE(answer.waiting().unknown_late());
  EXPECT_THAT(Names(answer.waiting().waited_for()), IsEmpty());
  EXPECT_EQ(subscriber->ReadUpTo(2).events_size(), 1);
}

TEST_F(WaitingTest, BatchedTargetsGoAtOnce) {
  Start();
  const auto subscriber = Subscribe("a");
  auto call = Invalidate("strategy: INVALIDATION_STRATEGY_BATCHED");
  EXPECT_EQ(subscriber->ReadUpTo(1).events_size(), 1);
  Acknowledge(*subscriber, 1);
  EXPECT_EQ(call.get().pending_targets(), 0u);
}

TEST_F(WaitingTest, WithoutTheQuestionThereIsNoAnswerToIt) {
  Start();
  grpc::ClientContext context;
  v1::InvalidateResponse response;
  ASSERT_TRUE(
      invalidations_
          ->Invalidate(&context, testing::FromText<v1::InvalidateRequest>("tags: 't'"), &response)
          .ok());
  EXPECT_FALSE(response.has_waiting());
}

TEST_F(WaitingTest, WithoutSubscribersThereIsNobodyToWaitFor) {
  Start();
  const v1::InvalidateResponse answer = Invalidate().get();
  EXPECT_TRUE(answer.has_waiting());
  EXPECT_THAT(Names(answer.waiting().waited_for()), IsEmpty());
}

TEST_F(WaitingTest, ASubscriberThatFallsSilentLapses) {
  Start();
  const auto silent = Subscribe("silent");
  const auto gone = Subscribe("gone");
  gone->Cancel();
  const v1::InvalidateResponse answer = PassTimeUntilAnswered(Invalidate());
  EXPECT_THAT(Names(answer.waiting().waited_for()), ElementsAre("gone", "silent"));
  EXPECT_THAT(Names(answer.waiting().lapsed()), ElementsAre("gone", "silent"));
  EXPECT_THAT(Names(answer.waiting().late()), IsEmpty());
  EXPECT_GE(clock_.Monotonic(), kDefaultServerLease);
  EXPECT_THAT(Names(Invalidate().get().waiting().waited_for()), IsEmpty());
}

// Both before a call and while one waits for it, with the clock standing still.
TEST_F(WaitingTest, ASubscriberThatLeavesIsNotWaitedFor) {
  Start();
  v1::SubscribeRequest leaving;
  leaving.set_leaves(true);
  const auto stays = Subscribe("stays");
  const auto leaves = Subscribe("leaves");
  auto call = Invalidate();
  AwaitWaiting(1);
  Acknowledge(*stays, 1);
  EXPECT_TRUE(leaves->Send(leaving));
  const v1::InvalidateResponse answer = call.get();
  EXPECT_THAT(Names(answer.waiting().waited_for()), ElementsAre("leaves", "stays"));
  EXPECT_THAT(Names(answer.waiting().lapsed()), ElementsAre("leaves"));
  EXPECT_THAT(Names(answer.waiting().late()), IsEmpty());
  EXPECT_TRUE(leaves->Finish().ok());

  auto next = Invalidate();
  AwaitWaiting(1);
  Acknowledge(*stays, 2);
  EXPECT_THAT(Names(next.get().waiting().waited_for()), ElementsAre("stays"));
}

TEST_F(WaitingTest, ASubscriberThatRenewsAndDoesNotApplyIsLate) {
  Start();
  const auto subscriber = Subscribe("a");
  v1::SubscribeRequest renewal;
  const auto renew = [&] {
    renewal.set_sequence(renewal.sequence() + 1);
    EXPECT_TRUE(subscriber->Send(renewal));
  };
  const absl::Duration begun = clock_.Monotonic();
  const v1::InvalidateResponse early =
      PassTimeUntilAnswered(Invalidate("wait_timeout { seconds: 3 }"), renew);
  EXPECT_THAT(Names(early.waiting().late()), ElementsAre("a"));
  EXPECT_GE(clock_.Monotonic() - begun, absl::Seconds(3));
}

// The caller, of any language, bounds nothing itself. Its deadline is on gRPC's clock, the wait on
// the server's.
TEST_F(WaitingTest, ACallEndsALittleBeforeItsDeadlineAndNamesWhoIsLate) {
  Start(kMaxLease);
  v1::SubscribeRequest first = First("a");
  first.mutable_subscription()->mutable_lease()->set_seconds(60);
  const auto silent = Subscribe(first);
  const auto call = [this](const std::string& rest) {
    return std::async(std::launch::async, [this, rest] {
      grpc::ClientContext context;
      context.set_deadline(gpr_time_from_seconds(60, GPR_TIMESPAN));
      v1::InvalidateResponse response;
      const grpc::Status status = invalidations_->Invalidate(
          &context,
          testing::FromText<v1::InvalidateRequest>("tags: 't' wait_for_subscribers: true " + rest),
          &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      return response;
    });
  };
  std::vector<std::future<v1::InvalidateResponse>> calls;
  calls.push_back(call(""));
  calls.push_back(call("wait_timeout { seconds: 120 }"));
  AwaitWaiting(2);
  clock_.Advance(absl::Seconds(30));
  AwaitWaiting(2);
  for (const auto& waiting : calls) EXPECT_FALSE(Ready(waiting));
  clock_.Advance(absl::Milliseconds(29'750));
  for (auto& waiting : calls) {
    const v1::InvalidateResponse answer = waiting.get();
    EXPECT_THAT(Names(answer.waiting().late()), ElementsAre("a"));
    EXPECT_TRUE(answer.waiting().unknown_late());
  }
}

TEST_F(WaitingTest, ASubscriberIsWaitedForWhileItsStreamIsLost) {
  Start();
  auto subscriber = Subscribe("a");
  subscriber.reset();
  auto call = Invalidate();
  AwaitWaiting(1);
  v1::SubscribeRequest again = First("a");
  again.mutable_subscription()->mutable_start_after()->set_epoch(epoch_);
  subscriber = Subscribe(again);  // what it has missed comes with its start
  EXPECT_FALSE(Ready(call));
  Acknowledge(*subscriber, 1);
  const v1::InvalidateResponse answer = call.get();
  EXPECT_THAT(Names(answer.waiting().waited_for()), ElementsAre("a"));
  EXPECT_THAT(Names(answer.waiting().lapsed()), IsEmpty());
}

TEST_F(WaitingTest, ASubscriberWhomItDoesNotConcernNeedNotAcknowledge) {
  Start();
  v1::SubscribeRequest first = First("a");
  first.mutable_subscription()->add_tags("other");
  const auto subscriber = Subscribe(first);
  EXPECT_THAT(Names(Invalidate().get().waiting().waited_for()), ElementsAre("a"));
}

TEST_F(WaitingTest, ASubscriberThatWasResetHasToAcknowledgeThat) {
  Start();
  Invalidate().get();
  v1::SubscribeRequest first = First("a");
  first.mutable_subscription()->mutable_start_after()->set_epoch("another");
  first.mutable_subscription()->add_tags("other");
  const auto subscriber = Subscribe(first);
  auto call = Invalidate();
  AwaitWaiting(1);
  Acknowledge(*subscriber, 1);
  EXPECT_THAT(Names(call.get().waiting().waited_for()), ElementsAre("a"));
}

TEST_F(WaitingTest, SubscribersThatDoNotAcknowledgeAreCounted) {
  Start();
  const auto a = Subscribe(First("a", false));
  const auto b = Subscribe(First("b", false));
  const v1::InvalidateResponse answer = Invalidate().get();
  EXPECT_THAT(Names(answer.waiting().waited_for()), IsEmpty());
  EXPECT_EQ(answer.waiting().not_acknowledging(), 2u);
}

TEST_F(WaitingTest, NamespacesWaitForTheirOwnSubscribers) {
  Start();
  const auto subscriber = Subscribe("a");
  EXPECT_THAT(Names(Invalidate("namespace: 'other'").get().waiting().waited_for()), IsEmpty());
}

TEST_F(WaitingTest, ACallThatIsCancelledLeavesNothingBehind) {
  Start();
  const auto subscriber = Subscribe("a");
  auto call = Invalidate();
  grpc::ClientContext context;
  auto cancelled = std::async(std::launch::async, [&] {
    v1::InvalidateResponse response;
    return invalidations_->Invalidate(
        &context, testing::FromText<v1::InvalidateRequest>("tags: 't' wait_for_subscribers: true"),
        &response);
  });
  AwaitWaiting(2);
  context.TryCancel();
  EXPECT_EQ(cancelled.get().error_code(), grpc::StatusCode::CANCELLED);
  AwaitWaiting(1);
  subscriber->ReadUpTo(2);
  Acknowledge(*subscriber, 2);
  call.get();
  AwaitWaiting(0);
}

TEST_F(WaitingTest, ADrainingServerNamesWhoIsMissing) {
  Start();
  const auto subscriber = Subscribe("a");
  auto call = Invalidate();
  AwaitWaiting(1);
  server_->Shutdown(absl::Hours(1));
  const v1::InvalidateResponse answer = call.get();
  EXPECT_EQ(answer.position().revision(), 1u);
  EXPECT_THAT(Names(answer.waiting().late()), ElementsAre("a"));
}

TEST_F(WaitingTest, AfterAStartItWaitsOutTheLeasesOfWhomItDoesNotKnow) {
  Start(kMaxLease);
  const auto subscriber = Subscribe(First("a", false));
  const absl::Duration begun = clock_.Monotonic();
  auto early = Invalidate("wait_timeout { seconds: 3 }");
  AwaitWaiting(1);
  clock_.Advance(absl::Seconds(4));  // not until it is answered: the leases would end meanwhile
  EXPECT_TRUE(early.get().waiting().unknown_late());
  EXPECT_GE(clock_.Monotonic() - begun, absl::Seconds(3));
  const v1::InvalidateResponse answer = PassTimeUntilAnswered(Invalidate());
  EXPECT_FALSE(answer.waiting().unknown_late());
  EXPECT_GE(clock_.Monotonic() - begun, absl::Milliseconds(66'100)) << "66 s and the margin";
  EXPECT_FALSE(Invalidate().get().waiting().unknown_late());
}

TEST_F(WaitingTest, AHeartbeatTellsTheRevisionOnEveryStream) {
  Start();
  v1::SubscribeRequest first = First("a");
  first.mutable_subscription()->add_tags("other");
  const auto filtered = Subscribe(first);
  const auto plain = Subscribe("b");
  Acknowledge(*plain, 0);
  auto call = Invalidate();
  plain->ReadUpTo(1);
  Acknowledge(*plain, 1);
  call.get();
  const auto beat = [&](TestStream& stream) {
    auto progress = std::async(std::launch::async, [&] {
      v1::SubscribeResponse response;
      do {
        response = stream.Read();
      } while (response.progress().revision() < 1);
      return response.progress().revision();
    });
    return PassTimeUntil(std::move(progress));
  };
  EXPECT_EQ(beat(*filtered), 1u);
  EXPECT_EQ(beat(*plain), 1u);
}

}  // namespace
}  // namespace cache_invalidation
