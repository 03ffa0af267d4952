// SPDX-License-Identifier: Apache-2.0

// The calls over real gRPC, against a service that follows a script.

#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "client/client.h"
#include "client/grpc_channel.h"
#include "client/internal/testing/in_process_server.h"
#include "client/internal/testing/scripted_service.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temporary_directory.h"

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
                      .wait = WaitForSubscribers{.timeout = absl::Seconds(120)}})
                  .ok());
  ASSERT_EQ(service_.allowed.size(), 3u);
  for (const size_t call : {0, 2}) {
    EXPECT_GT(service_.allowed[call], absl::Seconds(40)) << "it invalidates";
    EXPECT_LE(service_.allowed[call], absl::Seconds(61)) << "waiting does not come on top";
  }
  EXPECT_GT(service_.allowed[1], absl::Seconds(20));
  EXPECT_LE(service_.allowed[1], absl::Seconds(31));
}

// Otherwise the result, which names the late subscribers, would be lost to DEADLINE_EXCEEDED.
TEST_F(GrpcConnectionTest, TheDeadlineBoundsAWait) {
  const auto wait = [this](std::optional<absl::Duration> deadline,
                           std::optional<absl::Duration> timeout) {
    EXPECT_TRUE(
        MakeClient()
            .FlushPendingInvalidations(FlushPendingInvalidationsParams{
                .wait = WaitForSubscribers{.timeout = timeout}, .options = {.deadline = deadline}})
            .ok());
    const v1::FlushPendingInvalidationsRequest& request = service_.requests.back();
    EXPECT_TRUE(request.wait_for_subscribers());
    std::optional<absl::Duration> sent;
    if (request.has_wait_timeout()) {
      sent = absl::Seconds(request.wait_timeout().seconds()) +
             absl::Nanoseconds(request.wait_timeout().nanos());
    }
    return sent;
  };
  const auto is_just_below = [](std::optional<absl::Duration> sent, absl::Duration limit) {
    ASSERT_TRUE(sent.has_value());
    EXPECT_LE(*sent, limit);
    EXPECT_GT(*sent, limit - absl::Seconds(1));
  };
  is_just_below(wait(absl::Seconds(10), std::nullopt), absl::Milliseconds(9'750));
  is_just_below(wait(absl::Seconds(10), absl::Seconds(30)), absl::Milliseconds(9'750));
  is_just_below(wait(absl::Seconds(2), std::nullopt), absl::Milliseconds(1'800));
  is_just_below(wait(std::nullopt, std::nullopt), absl::Milliseconds(59'750));
  is_just_below(wait(std::nullopt, absl::Seconds(120)), absl::Milliseconds(59'750));
  is_just_below(wait(absl::Minutes(10), absl::InfiniteDuration()), absl::Seconds(120));
  // A timeout that ends before the deadline, and one that only the service can limit, are sent
  // unchanged.
  EXPECT_EQ(wait(absl::Seconds(10), absl::Seconds(3)), absl::Seconds(3));
  EXPECT_EQ(wait(absl::Seconds(10), absl::ZeroDuration()), absl::ZeroDuration());
  EXPECT_EQ(wait(absl::Minutes(10), std::nullopt), std::nullopt);
  EXPECT_EQ(wait(absl::InfiniteDuration(), std::nullopt), std::nullopt);
}

TEST_F(GrpcConnectionTest, EachAttemptWaitsForWhatIsLeft) {
  service_.script = {grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining")};
  Client client(MakeConnection(server_.channel(), {.backoff = {.initial = absl::Milliseconds(500)},
                                                   .random = [] { return 1.0; }}));
  EXPECT_TRUE(client
                  .FlushPendingInvalidations(FlushPendingInvalidationsParams{
                      .wait = WaitForSubscribers{}, .options = {.deadline = absl::Seconds(30)}})
                  .ok());
  ASSERT_EQ(service_.requests.size(), 2u);
  const auto milliseconds = [this](size_t request) {
    const google::protobuf::Duration& timeout = service_.requests[request].wait_timeout();
    return timeout.seconds() * 1000 + timeout.nanos() / 1'000'000;
  };
  EXPECT_LE(milliseconds(1) + 490, milliseconds(0));
}

TEST_F(GrpcConnectionTest, SendsMetadataAndATokenWithEveryAttempt) {
  service_.script = {grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining")};
  const Client client = MakeClient(
      {.metadata = {{"x-tenant", "acme"}}, .token = "secret", .allow_token_without_tls = true});
  EXPECT_TRUE(
      client.FlushPendingInvalidations(CallOptions{.metadata = {{"trace-bin", "\x01"}}}).ok());
  ASSERT_EQ(service_.metadata.size(), 2u);
  for (const auto& metadata : service_.metadata) {
    EXPECT_EQ(metadata.find("x-tenant")->second, "acme");
    EXPECT_EQ(metadata.find("authorization")->second, "Bearer secret");
    EXPECT_EQ(metadata.find("trace-bin")->second, "\x01");
  }
}

TEST_F(GrpcConnectionTest, SendsTheTokenThatTheFileHas) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/token";
  std::ofstream(path) << "one\n";
  FakeClock clock;
  const Client client =
      MakeClient({.token_file = path, .allow_token_without_tls = true, .clock = &clock});
  EXPECT_TRUE(client.FlushPendingInvalidations().ok());
  std::ofstream(path) << "two\n";
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(client.FlushPendingInvalidations().ok());
  ASSERT_EQ(service_.metadata.size(), 2u);
  EXPECT_EQ(service_.metadata[0].find("authorization")->second, "Bearer one");
  EXPECT_EQ(service_.metadata[1].find("authorization")->second, "Bearer two");
}

TEST_F(GrpcConnectionTest, ACallWithMetadataThatCannotBeSentFails) {
  for (const CallMetadata& metadata : {CallMetadata{{"Upper", "1"}}, {{"authorization", "x"}}}) {
    EXPECT_EQ(
        MakeClient().FlushPendingInvalidations(CallOptions{.metadata = metadata}).status().code(),
        absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(service_.requests.empty());
}

TEST_F(GrpcConnectionTest, WrongOptionsAreWhatEveryCallFailsWith) {
  const ClientOptions wrong = {.namespace_name = "Shop"};
  const auto connection = MakeConnection(server_.channel(), wrong);
  const absl::Status error = connection->OptionsStatus();
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenConnection(server_.channel(), wrong).status(), error);
  const Client client(connection);
  EXPECT_EQ(client.FlushPendingInvalidations().status(), error);
  EXPECT_EQ(client.InNamespace("shop").FlushPendingInvalidations().status(), error);

  std::promise<absl::Status> written;
  const auto stream = client.OpenWriteStream();
  stream->Write({{.resource_type = "user"}}, [&](const absl::StatusOr<WriteResult>& result) {
    written.set_value(result.status());
  });
  EXPECT_EQ(written.get_future().get(), error);
  std::promise<absl::Status> ended;
  const auto subscription = client.Subscribe(
      {.name = "test"}, {.on_ended = [&](const absl::Status& status) { ended.set_value(status); }});
  EXPECT_EQ(ended.get_future().get(), error);
  EXPECT_TRUE(service_.requests.empty());
}

TEST(OpenConnectionTest, ChecksAtOnce) {
  EXPECT_TRUE(OpenConnection("localhost:7400").ok());
  const auto refused = [](const std::string& endpoint, ClientOptions options = {}) {
    const absl::Status status = OpenConnection(endpoint, options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << endpoint;
    const Client client(MakeConnection(endpoint, std::move(options)));
    EXPECT_EQ(client.GetInvalidationStats().status(), status);
    return std::string(status.message());
  };
  EXPECT_EQ(refused(""), R"(endpoint: expected host:port, got "")");
  refused("http://localhost:7400");
  refused("localhost");
  EXPECT_EQ(
      refused("localhost:1", {.tls = TlsOptions{.root_certificates = "none"}}),
      "ClientOptions::tls.root_certificates: expected PEM certificates, got a text without one");
  refused("10.0.0.1:1", {.token = "secret"});
  refused("localhost:1", {.token_file = "no such file"});
  EXPECT_EQ(OpenConnection(std::shared_ptr<grpc::Channel>()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(GrpcConnectionTest, TheDeadlineOfTheClientIsThatOfAllCalls) {
  EXPECT_TRUE(MakeClient({.deadline = absl::Seconds(7)}).FlushPendingInvalidations().ok());
  ASSERT_EQ(service_.allowed.size(), 1u);
  EXPECT_LE(service_.allowed[0], absl::Seconds(8));
}

// The errors that a server returns while it stops, and a proxy for a call that it has lost.
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
  // Nothing listens on port 1, so connecting is refused at once.
  const Client client(MakeConnection("127.0.0.1:1", {.deadline = absl::Milliseconds(300)}));
  const absl::Status status = client.GetInvalidationStats().status();
  // DEADLINE_EXCEEDED if the deadline passes during another attempt to connect.
  EXPECT_TRUE(absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) << status;
}

}  // namespace
}  // namespace cache_invalidation::client
