// SPDX-License-Identifier: Apache-2.0

// Tests with the real service inside of the process: with rules, and a network that can fail.

#include <string>

#include "cache_invalidation/client/testing/fake_server.h"
#include "gtest/gtest.h"
#include "names.h"

using namespace cache_invalidation::client;

constexpr absl::Duration kPatience = absl::Seconds(30);

TEST(NamesOnAServerTest, FollowRules) {
  FakeServer server(FakeServerOptions{.default_rules = false});
  const Client client(server.Connect());
  ASSERT_TRUE(client
                  .RegisterInvalidationRule({.name = "merged",
                                             .trigger_tags = {"account"},
                                             .invalidate_tags = {"user:{context.user}"}})
                  .ok());
  int reads = 0;
  const Names names(client, [&reads](const std::string& id) {
    ++reads;
    return "user " + id;
  });
  ASSERT_TRUE(names.cache().AwaitLive(kPatience));
  EXPECT_TRUE(names.Get("42").ok());

  const auto result = client.InvalidateByWrite("account", "7", "update", {{"user", "42"}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->rules_fired.size(), 1u);
  ASSERT_TRUE(names.cache().AwaitApplied(result->position, kPatience));
  EXPECT_TRUE(names.Get("42").ok());
  EXPECT_EQ(reads, 2);
}

TEST(NamesOnAServerTest, SurviveARestart) {
  FakeServer server;
  const Names names(Client(server.Connect()), [](const std::string& id) { return "user " + id; });
  ASSERT_TRUE(names.cache().AwaitLive(kPatience));
  server.Restart();
  EXPECT_EQ(names.Get("42").value(), "user 42");
}

TEST(NamesOnAServerTest, SurviveABadNetwork) {
  FakeServer server;
  const Client client(server.Connect());
  const Names names(client, [](const std::string& id) { return "user " + id; });
  ASSERT_TRUE(names.cache().AwaitLive(kPatience));
  server.DropConnections();
  EXPECT_TRUE(client.InvalidateByWrite("user", "42", "update").ok()) << "the call is repeated";
  server.Freeze();
  EXPECT_EQ(client.GetInvalidationStats({.deadline = absl::Milliseconds(100)}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(names.Get("42").value(), "user 42");
  server.Thaw();
  EXPECT_TRUE(client.GetInvalidationStats().ok());
}
