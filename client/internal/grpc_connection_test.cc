// The calls over real gRPC, against a service that follows a script.

#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "client/client.h"
#include "client/grpc_channel.h"
#include "client/internal/testing/in_process_server.h"
#include "client/internal/testing/scripted_service.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

class GrpcConnectionTest : public testing::Test {
 protected:
  Client MakeClient(ClientOptions options = {}) {
    options.backoff.initial = absl::Milliseconds(1);
    return Client(MakeConnection(server_.channel(), std::move(options)));
  }

  internal::ScriptedService service_;
  internal::InProcessServer server_{&service_};
};

TEST_F(GrpcConnectionTest, AnswersWhatTheServiceAnswers) {
  const absl::StatusOr<BatchFlush> flush = MakeClient().FlushPendingInvalidations();
  ASSERT_TRUE(flush.ok()) << flush.status();
  EXPECT_EQ(flush->flushed, 7u);
}

TEST_F(GrpcConnectionTest, ChoosesTheNamespace) {
  const Client client = MakeClient({.namespace_name = "shop"});
  EXPECT_TRUE(client.FlushPendingInvalidations().ok());
  EXPECT_TRUE(client.InNamespace("bank").FlushPendingInvalidations().ok());
  EXPECT_TRUE(client.InNamespace("bank")
                  .FlushPendingInvalidations(CallOptions{.namespace_name = "zoo"})
                  .ok());
  ASSERT_EQ(service_.requests.size(), 3u);
  EXPECT_EQ(service_.requests[0].namespace_(), "shop");
  EXPECT_EQ(service_.requests[1].namespace_(), "bank");
  EXPECT_EQ(service_.requests[2].namespace_(), "zoo");
}

TEST_F(GrpcConnectionTest, SendsTheRequestIdWithEveryAttempt) {
  service_.script = {grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining")};
  EXPECT_TRUE(MakeClient().FlushPendingInvalidations(CallOptions{.request_id = "r1"}).ok());
  ASSERT_EQ(service_.requests.size(), 2u);
  EXPECT_EQ(service_.requests[0].request_id(), "r1");
  EXPECT_EQ(service_.requests[1].request_id(), "r1");
}

TEST_F(GrpcConnectionTest, SetsDeadlines) {
  const Client client = MakeClient();
  EXPECT_TRUE(client.FlushPendingInvalidations().ok());
  EXPECT_TRUE(client.FlushPendingInvalidations(CallOptions{.deadline = absl::Seconds(30)}).ok());
  EXPECT_TRUE(client
                  .FlushPendingInvalidations(FlushPendingInvalidationsParams{
                      .wait = WaitForSubscribers{.timeout = absl::Seconds(30)}})
                  .ok());
  ASSERT_EQ(service_.allowed.size(), 3u);
  EXPECT_GT(service_.allowed[0], absl::Seconds(40)) << "it invalidates";
  EXPECT_LE(service_.allowed[0], absl::Seconds(61));
  EXPECT_GT(service_.allowed[1], absl::Seconds(20));
  EXPECT_LE(service_.allowed[1], absl::Seconds(31));
  EXPECT_GT(service_.allowed[2], absl::Seconds(70)) << "waiting comes on top";
}

TEST_F(GrpcConnectionTest, TheDeadlineOfTheClientIsThatOfAllCalls) {
  EXPECT_TRUE(MakeClient({.deadline = absl::Seconds(7)}).FlushPendingInvalidations().ok());
  ASSERT_EQ(service_.allowed.size(), 1u);
  EXPECT_LE(service_.allowed[0], absl::Seconds(8));
}

// What a server answers to calls that come while it stops, and proxies to those that they lose.
TEST_F(GrpcConnectionTest, TriesAgainWhatTheCallerDidNotCancel) {
  service_.script = {grpc::Status(grpc::StatusCode::CANCELLED, ""),
                     grpc::Status(grpc::StatusCode::INTERNAL, "RST_STREAM"),
                     grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "of the proxy")};
  EXPECT_TRUE(MakeClient().FlushPendingInvalidations().ok());
  EXPECT_EQ(service_.requests.size(), 4u);
}

TEST_F(GrpcConnectionTest, AnswersTheCodeAndMessageOfAnError) {
  service_.script = {grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "namespace: too long")};
  const absl::Status status = MakeClient().FlushPendingInvalidations().status();
  EXPECT_EQ(status, absl::InvalidArgumentError("namespace: too long"));
  EXPECT_EQ(service_.requests.size(), 1u);
}

TEST_F(GrpcConnectionTest, ACallEndsAtItsDeadline) {
  service_.Hold();
  service_.script = {grpc::Status::OK};
  const absl::Status status =
      MakeClient()
          .FlushPendingInvalidations(CallOptions{.deadline = absl::Milliseconds(50)})
          .status();
  service_.Release();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(GrpcConnectionTest, ACallEndsWhenItIsCancelled) {
  service_.Hold();
  service_.script = {grpc::Status::OK};
  std::stop_source source;
  std::thread cancelling([&] {
    service_.AwaitCalls(1);
    source.request_stop();
  });
  const Client client = MakeClient({.deadline = absl::InfiniteDuration()});
  const CallOptions options{.cancellation = source.get_token()};
  EXPECT_EQ(client.FlushPendingInvalidations(options).status().code(),
            absl::StatusCode::kCancelled);
  cancelling.join();
  service_.Release();
  EXPECT_EQ(client.FlushPendingInvalidations(options).status().code(), absl::StatusCode::kCancelled)
      << "the token stays what it is";
  EXPECT_EQ(service_.requests.size(), 1u) << "so the service is not even asked";
}

TEST(UnreachableServiceTest, IsUnavailable) {
  // Port 1 is nobody's: connecting is refused at once.
  const Client client(MakeConnection("127.0.0.1:1", {.deadline = absl::Milliseconds(300)}));
  const absl::Status status = client.GetInvalidationStats().status();
  // The second, if the deadline comes while it is connecting once more.
  EXPECT_TRUE(absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) << status;
}

}  // namespace
}  // namespace cache_invalidation::client
