// SPDX-License-Identifier: Apache-2.0

// Writes whose service is away for longer than their call: a RetryingOutbox sends them later.

#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "client/testing/fake_server.h"
#include "client/write_outbox.h"
#include "client/write_transaction.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

TEST(OutboxTest, WhatCouldNotBeSentArrivesLater) {
  FakeServer server;
  const Client client(server.Connect({.namespace_name = "shop"}));
  RetryingOutbox outbox(client);
  WriteTransaction transaction(
      client, {.call = {.deadline = absl::Milliseconds(200)},
               .on_unsent = [&](const UnsentWrites& unsent) { outbox.Add(unsent); }});

  server.Stop();
  for (const std::string id : {"1", "2"}) {
    transaction.Add("user", id, "update");
    const TransactionResult result = transaction.Commit([] { return CommitOutcome::kCommitted; });
    EXPECT_FALSE(result.invalidation_status.ok());
  }
  EXPECT_FALSE(outbox.Flush(absl::ZeroDuration()));
  EXPECT_EQ(outbox.Statistics().added, 2u);

  server.Start();
  EXPECT_TRUE(outbox.Flush(absl::InfiniteDuration()));
  Position start = client.GetInvalidationStats()->position;
  start.revision = 0;
  const auto validation =
      client.Validate({.position = start, .tags = {"user:1", "user:2", "user:3"}});
  ASSERT_TRUE(validation.ok()) << validation.status();
  EXPECT_EQ(validation->tags,
            std::vector<ValidationState>(
                {ValidationState::kMoved, ValidationState::kMoved, ValidationState::kNotMoved}));
  EXPECT_EQ(outbox.Statistics().waiting_writes, 0u);
}

}  // namespace
}  // namespace cache_invalidation::client
