// SPDX-License-Identifier: Apache-2.0

// The subscribers of a namespace, as operators see them.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "tests/services/service_test.h"
#include "tests/support/http_get.h"

namespace cache_invalidation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Invalidations = v1::InvalidationService::Stub;
using Subscriptions = v1::SubscriptionService::Stub;

class SubscriberListTest : public ServiceTest {
 protected:
  SubscriberListTest() : ServiceTest(WithMetrics()) {}

  static ServerOptions WithMetrics() {
    ServerOptions options = OnLoopback();
    options.http_address = "127.0.0.1:0";
    return options;
  }

  // A stream that acknowledges and has begun.
  struct Stream {
    ~Stream() {
      context.TryCancel();
      if (stream != nullptr) (void)stream->Finish();
    }
    v1::SubscribeResponse Read() {
      v1::SubscribeResponse response;
      EXPECT_TRUE(stream->Read(&response));
      return response;
    }
    void Send(const std::string& request) {
      EXPECT_TRUE(stream->Write(FromText<v1::SubscribeRequest>(request)));
    }

    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>> stream;
  };
  std::unique_ptr<Stream> Open(const std::string& subscription) {
    auto opened = std::make_unique<Stream>();
    opened->stream = subscriptions_->Subscribe(&opened->context);
    opened->Send(absl::StrCat("subscription { namespace: 'n' ", subscription, " }"));
    opened->Read();
    return opened;
  }
  void Invalidate(const std::string& tag) {
    Ok(*invalidations_, &Invalidations::Invalidate, "namespace: 'n' tags: '" + tag + "'");
  }
  v1::ListSubscribersResponse List() {
    return Ok(*subscriptions_, &Subscriptions::ListSubscribers, "namespace: 'n'");
  }

  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
  std::unique_ptr<Subscriptions> subscriptions_ = NewStub<v1::SubscriptionService>();
};

TEST_F(SubscriberListTest, ShowsHowFarEachIs) {
  Invalidate("a");
  const auto stream = Open(
      "name: 'web' instance: 'i' acknowledges: true lease { seconds: 30 } tags: ['user', 'order']");
  Invalidate("user");
  v1::SubscribeResponse sent;
  while (sent.events_size() == 0) sent = stream->Read();
  ASSERT_EQ(List().subscribers_size(), 1);
  const v1::Subscriber behind = List().subscribers(0);
  EXPECT_EQ(behind.name(), "web");
  EXPECT_EQ(behind.instance(), "i");
  EXPECT_TRUE(behind.acknowledges());
  EXPECT_EQ(behind.position().revision(), 1u);
  EXPECT_EQ(behind.lag(), 1u);
  EXPECT_EQ(behind.lease().seconds(), 30);
  EXPECT_GT(behind.lease_left().seconds(), 0);
  EXPECT_GT(behind.connected_since().seconds(), 0);
  EXPECT_THAT(behind.filter().first_tags(), ElementsAre("order", "user"));
  EXPECT_EQ(behind.filter().key_prefixes(), 0u);
  EXPECT_THAT(testing::HttpGet(server().http_port(), "/metrics").body,
              HasSubstr("cache_invalidation_subscriber_lag_revisions 1\n"));

  // The echo of a message shows that it has arrived.
  stream->Send("acknowledged_revision: 2 sequence: 1");
  v1::SubscribeResponse echo;
  while (echo.progress().echoed_sequence() != 1) echo = stream->Read();
  EXPECT_EQ(List().subscribers(0).position().revision(), 2u);
  EXPECT_EQ(List().subscribers(0).lag(), 0u);
  EXPECT_THAT(testing::HttpGet(server().http_port(), "/metrics").body,
              HasSubstr("cache_invalidation_subscriber_lag_revisions 0\n"));
}

TEST_F(SubscriberListTest, OneThatLeavesIsGone) {
  const auto stream = Open("name: 'web' acknowledges: true");
  EXPECT_EQ(List().subscribers_size(), 1);
  stream->Send("leaves: true");
  EXPECT_TRUE(stream->stream->Finish().ok());
  stream->stream.reset();
  while (List().subscribers_size() > 0) {
  }
}

TEST_F(SubscriberListTest, SeesOnlyItsOwnNamespace) {
  const auto stream = Open("name: 'web'");
  EXPECT_EQ(Ok(*subscriptions_, &Subscriptions::ListSubscribers, "").subscribers_size(), 0);
  EXPECT_EQ(List().subscribers_size(), 1);
  EXPECT_FALSE(List().subscribers(0).acknowledges());
}

}  // namespace
}  // namespace cache_invalidation
