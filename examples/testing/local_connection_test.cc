// SPDX-License-Identifier: Apache-2.0

// Unit tests: no service, no thread, no waiting. The test is the service and the clock.

#include <memory>
#include <string>

#include "cache_invalidation/client/testing/fake_clock.h"
#include "cache_invalidation/client/testing/local_connection.h"
#include "cache_invalidation/client/testing/unimplemented_connection.h"
#include "gtest/gtest.h"
#include "names.h"

using namespace cache_invalidation::client;

class NamesTest : public testing::Test {
 protected:
  FakeClock clock_;
  const std::shared_ptr<LocalConnection> service_ = std::make_shared<LocalConnection>(
      LocalConnectionOptions{.lease = absl::Seconds(10), .clock = &clock_});
  const Client client_{service_};
  int reads_ = 0;
  const Names names_{client_,
                     [this](const std::string& id) {
                       ++reads_;
                       return "user " + id;
                     },
                     {.ttl = absl::Minutes(5), .ttl_jitter = 0, .clock = &clock_}};
};

TEST_F(NamesTest, ReadsOnce) {
  EXPECT_EQ(names_.Get("42").value(), "user 42");
  EXPECT_EQ(names_.Get("42").value(), "user 42");
  EXPECT_EQ(reads_, 1);
}

TEST_F(NamesTest, ReadsAgainAfterAWrite) {
  EXPECT_TRUE(names_.Get("42").ok());
  EXPECT_TRUE(client_.InvalidateByWrite("user", "42", "update").ok());
  EXPECT_TRUE(names_.Get("42").ok());
  EXPECT_EQ(reads_, 2);
  EXPECT_EQ(service_->writes().back().resource_id, "42");
  EXPECT_EQ(service_->subscriptions(), 1u);
}

TEST_F(NamesTest, ReadsAgainWhenTheServiceSaysSo) {
  EXPECT_TRUE(names_.Get("42").ok());
  service_->Publish({.invalidations = {{.target = TargetKind::kTag, .name = "user"}}});
  EXPECT_TRUE(names_.Get("42").ok());
  EXPECT_EQ(reads_, 2);
}

TEST_F(NamesTest, ReadsAgainAfterFiveMinutes) {
  EXPECT_TRUE(names_.Get("42").ok());
  clock_.Advance(absl::Minutes(5));
  service_->RenewLeases();
  EXPECT_TRUE(names_.Get("42").ok());
  EXPECT_EQ(reads_, 2);
}

TEST_F(NamesTest, WorksWithoutTheService) {
  service_->Disconnect();
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(names_.Get("42").ok());
  EXPECT_TRUE(names_.Get("42").ok());
  EXPECT_EQ(reads_, 2) << "without a lease nothing is served from the cache";
  service_->Connect();
  EXPECT_TRUE(names_.Get("42").ok());
  EXPECT_EQ(reads_, 2) << "no write was missed, so the value is still right";
}

TEST_F(NamesTest, AResetDropsEverything) {
  EXPECT_TRUE(names_.Get("42").ok());
  service_->Reset();
  EXPECT_TRUE(names_.Get("42").ok());
  EXPECT_EQ(reads_, 2);
}

// One call that fails, by an own Connection.
class FullService : public UnimplementedConnection {
 public:
  using UnimplementedConnection::Start;
  void Start(const InvalidateByWriteParams&, ResultCallback<WriteResult> done) override {
    done(absl::ResourceExhaustedError("full"));
  }
  std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) override {
    subscriber = params.subscription.name;
    return UnimplementedConnection::Subscribe(params);
  }
  std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) override {
    most_unanswered = params.stream.max_unanswered_commands;
    return UnimplementedConnection::OpenWriteStream(params);
  }

  std::string subscriber;
  size_t most_unanswered = 0;
};

TEST(FullServiceTest, RefusesWrites) {
  const auto service = std::make_shared<FullService>();
  const Client client(service);
  EXPECT_EQ(client.InvalidateByWrite("user", "42", "update").status().message(), "full");
  const Names names(client, [](const std::string& id) { return id; });
  EXPECT_EQ(service->subscriber, "names");
  const auto stream = client.OpenWriteStream({.max_unanswered_commands = 7});
  EXPECT_EQ(service->most_unanswered, 7u);
}
