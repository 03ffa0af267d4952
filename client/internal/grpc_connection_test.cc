// The calls over real gRPC, against a service that follows a script.

#include <deque>
#include <string>
#include <utility>

#include "client/client.h"
#include "client/grpc_channel.h"
#include "client/internal/in_process_server.h"
#include "common/mutex.h"
#include "common/real_clock.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"

namespace cache_invalidation::client {
namespace {

// Answers calls with the statuses of a script, then with OK; records what it got.
class ScriptedService final : public v1::InvalidationService::Service {
 public:
  grpc::Status FlushPendingInvalidations(grpc::ServerContext* context,
                                         const v1::FlushPendingInvalidationsRequest* request,
                                         v1::FlushPendingInvalidationsResponse* response) override {
    MutexLock lock(mutex_);
    requests.push_back(*request);
    allowed.push_back(absl::FromChrono(context->deadline()) - RealClock().Now());
    if (script.empty()) {
      response->set_flushed(7);
      return grpc::Status::OK;
    }
    grpc::Status status = script.front();
    script.pop_front();
    while (held_) released_.Wait(mutex_);
    return status;
  }

  // Calls with a scripted answer are not answered before Release.
  void Hold() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void Release() {
    MutexLock lock(mutex_);
    held_ = false;
    released_.NotifyAll();
  }

  // Before and after the calls only.
  std::deque<grpc::Status> script;
  std::vector<v1::FlushPendingInvalidationsRequest> requests;
  std::vector<absl::Duration> allowed;

 private:
  Mutex mutex_;
  CondVar released_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
};

class GrpcConnectionTest : public testing::Test {
 protected:
  Client MakeClient(ClientOptions options = {}) {
    options.backoff.initial = absl::Milliseconds(1);
    return Client(MakeConnection(server_.channel(), std::move(options)));
  }

  ScriptedService service_;
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
  EXPECT_TRUE(client.FlushPendingInvalidations(CallOptions{.deadline = absl::Seconds(60)}).ok());
  EXPECT_TRUE(client
                  .FlushPendingInvalidations(FlushPendingInvalidationsParams{
                      .wait = WaitForSubscribers{.timeout = absl::Seconds(30)}})
                  .ok());
  ASSERT_EQ(service_.allowed.size(), 3u);
  EXPECT_GT(service_.allowed[0], absl::Seconds(0));
  EXPECT_LE(service_.allowed[0], absl::Seconds(6));
  EXPECT_GT(service_.allowed[1], absl::Seconds(30));
  EXPECT_GT(service_.allowed[2], absl::Seconds(30)) << "waiting comes on top";
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

TEST(UnreachableServiceTest, IsUnavailable) {
  // Port 1 is nobody's: connecting is refused at once.
  const Client client(MakeConnection("127.0.0.1:1", {.deadline = absl::Milliseconds(300)}));
  const absl::Status status = client.GetInvalidationStats().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

}  // namespace
}  // namespace cache_invalidation::client
