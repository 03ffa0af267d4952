// SPDX-License-Identifier: Apache-2.0

// What the SDK says to the service about declarations, and hears from it about subscribers and
// events.

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/async_client.h"
#include "client/client.h"
#include "client/declarations.h"
#include "client/testing/fake_server.h"
#include "common/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

using ::testing::StartsWith;

constexpr char kYaml[] = R"(rules:
  - name: sessions
    trigger_tags: [user]
    invalidate_tags: ["user_session:{resource_id}"]
relationships:
  - source_type: order
    target_types: [item]
)";

class DeclarationsTest : public ::testing::Test {
 protected:
  FakeServer server_{{.default_rules = false}};
  const Client client_{server_.Connect()};
};

TEST_F(DeclarationsTest, AreAppliedAsTheyWereRead) {
  const absl::StatusOr<Declarations> declarations = ParseDeclarations(kYaml);
  ASSERT_TRUE(declarations.ok()) << declarations.status();
  const auto checked = client_.ApplyDeclarations(
      ApplyDeclarationsParams{.declarations = *declarations, .validate_only = true});
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(client_.GetInvalidationStats()->rules, 0u);

  const auto applied = client_.ApplyDeclarations(*declarations);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(*applied, *checked);
  EXPECT_EQ(applied->rules[0].name, "sessions");
  EXPECT_EQ(applied->rules[0].change, DeclarationChange::kAdded);
  EXPECT_EQ(client_.ListDataRelationships()->at(0).cascade_depth, 1u);
  EXPECT_EQ(client_.ApplyDeclarations(*declarations)->rules[0].change,
            DeclarationChange::kUnchanged);
}

// An application that registers at its start what another instance has exported changes nothing.
TEST_F(DeclarationsTest, WhatIsListedIsUnchangedWhenItIsApplied) {
  ASSERT_TRUE(client_.ApplyDeclarations(*ParseDeclarations(kYaml)).ok());
  const Declarations listed{.rules = *client_.ListInvalidationRules(),
                            .relationships = *client_.ListDataRelationships()};
  const auto again = client_.ApplyDeclarations(*ParseDeclarations(ToYaml(listed)));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->rules[0].change, DeclarationChange::kUnchanged);
  EXPECT_EQ(again->relationships[0].change, DeclarationChange::kUnchanged);
}

TEST_F(DeclarationsTest, AnErrorLeadsToTheLineOfTheText) {
  const std::string yaml = std::string(kYaml) + "    cascade_depth: 9\n";
  const auto refused = client_.ApplyDeclarations(*ParseDeclarations(yaml));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(refused.status().message());
  EXPECT_THAT(message, StartsWith("relationships[0].cascade_depth: "));
  EXPECT_EQ(LineOf(yaml, message.substr(0, message.find(": "))), 8);
  EXPECT_EQ(client_.GetInvalidationStats()->rules, 0u) << "all or nothing";
}

TEST_F(DeclarationsTest, TheClientFillsInItsNamespace) {
  ASSERT_TRUE(client_.InNamespace("shop").ApplyDeclarations(*ParseDeclarations(kYaml)).ok());
  EXPECT_EQ(*client_.ListNamespaces(), std::vector<std::string>{"shop"});
  AsyncClient async(server_.Connect(), {.namespace_name = "shop"});
  const auto pruned = async.Call(&Connection::ApplyDeclarations, {.prune = true}).get();
  ASSERT_TRUE(pruned.ok()) << pruned.status();
  EXPECT_EQ(pruned->rules[0].change, DeclarationChange::kDeleted);
}

TEST_F(DeclarationsTest, SubscribersAreListedAndEventsHaveATime) {
  Mutex mutex;
  CondVar changed;
  bool started = false;
  std::optional<Event> event;
  SubscriptionCallbacks callbacks;
  callbacks.on_started = [&](const SubscriptionStarted&) {
    MutexLock lock(mutex);
    started = true;
    changed.NotifyAll();
  };
  callbacks.on_event = [&](const Event& arrived) {
    MutexLock lock(mutex);
    event = arrived;
    changed.NotifyAll();
  };
  const auto subscription =
      client_.Subscribe({.name = "cache", .instance = "1", .tags = {"user"}}, callbacks);
  {
    MutexLock lock(mutex);
    while (!started) changed.Wait(mutex);
  }
  const auto subscribers = client_.ListSubscribers();
  ASSERT_TRUE(subscribers.ok()) << subscribers.status();
  ASSERT_EQ(subscribers->size(), 1u);
  EXPECT_EQ(subscribers->front().name, "cache");
  EXPECT_EQ(subscribers->front().instance, "1");
  EXPECT_TRUE(subscribers->front().acknowledges);
  EXPECT_TRUE(subscribers->front().connected_since.has_value());
  EXPECT_EQ(subscribers->front().filter->first_tags, std::vector<std::string>{"user"});

  ASSERT_TRUE(client_.InvalidateByWrite("user", "1", "update").ok());
  MutexLock lock(mutex);
  while (!event.has_value()) changed.Wait(mutex);
  ASSERT_TRUE(event->time.has_value());
  EXPECT_GT(*event->time, *subscribers->front().connected_since - absl::Hours(1));
}

}  // namespace
}  // namespace cache_invalidation::client
