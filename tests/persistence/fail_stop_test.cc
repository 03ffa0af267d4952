// SPDX-License-Identifier: Apache-2.0

// The real server on a disk that breaks: it reports the error and exits, and nothing that it had
// acknowledged or sent is missing when it starts again.

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::AnyOf;
using ::testing::HasSubstr;

// The tag of every event, by revision.
using History = std::map<uint64_t, std::string>;

struct Failure {
  const char* how;   // see broken_disk.cc
  const char* said;  // by the server at its end
};

class FailStopTest : public ::testing::TestWithParam<Failure> {
 protected:
  void Start() {
    const std::string library =
        absl::StrCat(std::getenv("TEST_SRCDIR"), "/", std::getenv("TEST_WORKSPACE"),
                     "/tests/persistence/broken_disk.so");
    server_.reset();
    server_ = std::make_unique<RunningServer>(
        std::vector<std::string>{"--data_dir=" + directory_.path() + "/data"},
        std::vector<std::string>{"LD_PRELOAD=" + library,
                                 "BROKEN_DISK_DIRECTORY=" + directory_.path() + "/data",
                                 "BROKEN_DISK_SWITCH=" + Switch(),
                                 // Its runtime wants to be the first library otherwise.
                                 "ASAN_OPTIONS=verify_asan_link_order=0"});
    ASSERT_TRUE(server_->serves()) << server_->start_line();
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->Port("grpc")),
                                   grpc::InsecureChannelCredentials());
    invalidations_ = v1::InvalidationService::NewStub(channel_);
    subscriptions_ = v1::SubscriptionService::NewStub(channel_);
  }

  std::string Switch() const { return directory_.path() + "/switch"; }

  // Invalidates tags, one after the other, until the server no longer answers; answers with what.
  grpc::Status WriteUntilItEnds(const std::string& name, History& answered) {
    for (int i = 0;; ++i) {
      v1::InvalidateRequest request;
      request.add_tags(absl::StrCat(name, ":", i));
      grpc::ClientContext context;
      v1::InvalidateResponse response;
      const grpc::Status status = invalidations_->Invalidate(&context, request, &response);
      if (!status.ok()) return status;
      answered[response.position().revision()] = request.tags(0);
      ++writes_;
    }
  }

  // Everything from the beginning on: up to `until`, or as long as the server sends something.
  grpc::Status ReadHistory(uint64_t until, History& history) {
    grpc::ClientContext context;
    const auto stream = subscriptions_->Subscribe(&context);
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_name("reads");
    request.mutable_subscription()->mutable_start_after()->set_epoch(epoch_);
    stream->Write(request);
    v1::SubscribeResponse response;
    while (history.size() < until && stream->Read(&response)) {
      EXPECT_FALSE(response.has_reset());
      for (const v1::Event& event : response.events()) {
        EXPECT_EQ(event.revision(), history.size() + 1) << "no gap";
        history[event.revision()] = event.invalidations(0).tag();
      }
    }
    context.TryCancel();
    return stream->Finish();
  }

  // The history that the server continues, and how far it has come.
  v1::Position Head() {
    grpc::ClientContext context;
    const auto stream = subscriptions_->Subscribe(&context);
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_name("asks");
    stream->Write(request);
    v1::SubscribeResponse response;
    EXPECT_TRUE(stream->Read(&response));
    context.TryCancel();
    (void)stream->Finish();
    return response.started().head();
  }

  const TemporaryDirectory directory_;
  std::string epoch_;
  std::unique_ptr<RunningServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::InvalidationService::Stub> invalidations_;
  std::unique_ptr<v1::SubscriptionService::Stub> subscriptions_;
  std::atomic<int> writes_ = 0;
};

TEST_P(FailStopTest, EndsAndLosesNothingThatItTold) {
  constexpr int kWriters = 4;
  Start();
  epoch_ = Head().epoch();

  std::vector<History> answered(kWriters);
  std::vector<grpc::Status> last(kWriters);
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back(
        [&, i] { last[i] = WriteUntilItEnds(absl::StrCat("writer", i), answered[i]); });
  }
  History sent;
  grpc::Status stream_end;
  threads.emplace_back([&] { stream_end = ReadHistory(UINT64_MAX, sent); });
  std::vector<HealthCheckResponse::ServingStatus> health;
  threads.emplace_back([&] {
    grpc::ClientContext context;
    const auto watch = Health::NewStub(channel_)->Watch(&context, HealthCheckRequest());
    HealthCheckResponse state;
    while (watch->Read(&state)) health.push_back(state.status());
    (void)watch->Finish();
  });
  while (writes_ < 200) std::this_thread::yield();
  std::ofstream(Switch()) << GetParam().how;
  const Ended ended = server_->program().Wait();
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(ended.code, EXIT_FAILURE) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("nothing more can be promised"));
  EXPECT_THAT(ended.err, HasSubstr(GetParam().said));
  for (const grpc::Status& status : last) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  }
  EXPECT_THAT(stream_end.error_code(),
              AnyOf(grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::CANCELLED));
  for (size_t i = 1; i < health.size(); ++i) {
    EXPECT_EQ(health[i], HealthCheckResponse::NOT_SERVING);
  }

  std::remove(Switch().c_str());
  Start();
  const v1::Position head = Head();
  EXPECT_EQ(head.epoch(), epoch_);
  History kept;
  (void)ReadHistory(head.revision(), kept);
  answered.push_back(sent);
  for (const History& told : answered) {
    EXPECT_FALSE(told.empty());
    for (const auto& [revision, tag] : told) EXPECT_EQ(kept[revision], tag) << revision;
  }
}

INSTANTIATE_TEST_SUITE_P(, FailStopTest,
                         ::testing::Values(Failure{"full", "the device is full"},
                                           Failure{"sync", "Input/output error"}),
                         [](const auto& info) { return std::string(info.param.how); });

}  // namespace
}  // namespace cache_invalidation
