// SPDX-License-Identifier: Apache-2.0

// The real server, killed after writes that it had acknowledged, on a log that has lost its end.

#include <signal.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "tests/persistence/damage.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

using ::testing::HasSubstr;

class KilledProcessTest : public ::testing::Test {
 protected:
  std::string data_dir() const { return directory_.path() + "/data"; }

  void Start(const std::string& flag = "") {
    std::vector<std::string> flags = {"--data_dir=" + data_dir()};
    if (!flag.empty()) flags.push_back(flag);
    server_.reset();
    server_ = std::make_unique<RunningServer>(flags);
  }

  std::shared_ptr<grpc::Channel> Channel() {
    return grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->Port("grpc")),
                               grpc::InsecureChannelCredentials());
  }

  // The position of the last of so many.
  v1::Position Write(int writes) {
    const auto invalidations = v1::InvalidationService::NewStub(Channel());
    v1::InvalidateResponse response;
    for (int i = 0; i < writes; ++i) {
      grpc::ClientContext context;
      v1::InvalidateRequest request;
      request.add_tags(absl::StrCat("tag:", i));
      const grpc::Status status = invalidations->Invalidate(&context, request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
    }
    return response.position();
  }

  // What a subscriber is told first that had seen everything up to `position`.
  v1::SubscribeResponse Resume(const v1::Position& position) {
    const auto subscriptions = v1::SubscriptionService::NewStub(Channel());
    grpc::ClientContext context;
    const auto stream = subscriptions->Subscribe(&context);
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_name("was away");
    *request.mutable_subscription()->mutable_start_after() = position;
    stream->Write(request);
    v1::SubscribeResponse told;
    v1::SubscribeResponse response;
    while (!told.has_reset() && told.events().empty() && stream->Read(&response)) {
      told.MergeFrom(response);
    }
    context.TryCancel();
    (void)stream->Finish();
    return told;
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<RunningServer> server_;
};

class DamagedProcessTest : public KilledProcessTest,
                           public ::testing::WithParamInterface<Damage> {};

TEST_P(DamagedProcessTest, IsRefusedUntilANewEpochIsAskedFor) {
  Start();
  const v1::Position head = Write(500);
  server_->program().Signal(SIGKILL);
  (void)server_->program().Wait();
  ASSERT_TRUE(Inflict(GetParam(), NewestLogFile(data_dir())));

  for (int attempt = 0; attempt < 2; ++attempt) {
    Start();
    EXPECT_THAT(server_->start_line(), HasSubstr("is missing"));
    EXPECT_THAT(server_->start_line(), HasSubstr("--new_epoch"));
    EXPECT_THAT(server_->start_line(), HasSubstr(data_dir()));
  }
  Start("--new_epoch");
  EXPECT_TRUE(server_->serves()) << server_->start_line();
  EXPECT_NE(server_->epoch(), head.epoch());
  (void)Write(300);
  const v1::SubscribeResponse told = Resume(head);
  EXPECT_EQ(told.reset().reason(), v1::RESET_REASON_EPOCH) << told.ShortDebugString();
}

TEST_F(KilledProcessTest, GoesOnWhereNothingIsMissing) {
  Start();
  const v1::Position head = Write(500);
  server_->program().Signal(SIGKILL);
  (void)server_->program().Wait();
  Start();
  EXPECT_THAT(server_->epoch_line(), HasSubstr(head.epoch() + ": goes on"));
  EXPECT_EQ(Write(1).revision(), head.revision() + 1);
  const v1::SubscribeResponse told = Resume(head);
  ASSERT_FALSE(told.has_reset());
  EXPECT_EQ(told.events(0).revision(), head.revision() + 1);
}

INSTANTIATE_TEST_SUITE_P(, DamagedProcessTest,
                         ::testing::Values(Damage::kHalved, Damage::kZeroed, Damage::kRemoved),
                         [](const auto& info) { return DamageName(info.param); });

}  // namespace
}  // namespace cache_invalidation
