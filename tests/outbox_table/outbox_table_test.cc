// SPDX-License-Identifier: Apache-2.0

#include "examples/outbox_table/outbox_table.h"

#include <sqlite3.h>

#include <optional>
#include <string>

#include "client/client.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

using client::Client;
using client::Position;
using client::ValidationState;
using client::WriteEvent;

const WriteEvent kProduct = {
    .resource_type = "product", .resource_id = "1", .operation = "update", .context = {{"a", 1}}};

class OutboxTableTest : public testing::Test {
 protected:
  OutboxTableTest() {
    EXPECT_EQ(sqlite3_open(":memory:", &database_), SQLITE_OK);
    outbox_.emplace(database_);
    EXPECT_EQ(outbox_->Create(), absl::OkStatus());
  }
  ~OutboxTableTest() override { sqlite3_close(database_); }

  void Run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  }

  bool Moved(const std::string& tag) {
    Position start = client_.GetInvalidationStats()->position;
    start.revision = 0;
    return client_.Validate({.position = start, .tags = {tag}})->tags.at(0) ==
           ValidationState::kMoved;
  }

  sqlite3* database_ = nullptr;
  std::optional<OutboxTable> outbox_;
  client::FakeServer server_;
  const Client client_{server_.Connect({.deadline = absl::Seconds(30)})};
};

TEST_F(OutboxTableTest, SendsWhatWasCommitted) {
  Run("BEGIN");
  EXPECT_EQ(outbox_->Add(kProduct), absl::OkStatus());
  Run("COMMIT");
  EXPECT_EQ(*outbox_->Send(client_), 1);
  EXPECT_TRUE(Moved("product:1"));
  EXPECT_FALSE(Moved("product:2"));
  EXPECT_EQ(*outbox_->Send(client_), 0);
  EXPECT_EQ(client_.GetInvalidationStats()->position.revision, 1u);
}

TEST_F(OutboxTableTest, SendsNothingThatWasRolledBack) {
  Run("BEGIN");
  EXPECT_EQ(outbox_->Add(kProduct), absl::OkStatus());
  Run("ROLLBACK");
  EXPECT_EQ(*outbox_->Send(client_), 0);
  EXPECT_EQ(client_.GetInvalidationStats()->position.revision, 0u);
}

TEST_F(OutboxTableTest, KeepsWhatTheServiceDidNotConfirm) {
  EXPECT_EQ(outbox_->Add(kProduct), absl::OkStatus());
  server_.Refuse(absl::PermissionDeniedError("no"));
  EXPECT_EQ(outbox_->Send(client_).status(), absl::PermissionDeniedError("no"));
  server_.Accept();
  EXPECT_EQ(*outbox_->Send(client_), 1);
  EXPECT_TRUE(Moved("product:1"));
}

TEST_F(OutboxTableTest, SendsManyInSeveralCalls) {
  Run("BEGIN");
  for (int i = 0; i < 2'500; ++i) {
    EXPECT_EQ(outbox_->Add({.resource_type = "product", .resource_id = std::to_string(i)}),
              absl::OkStatus());
  }
  Run("COMMIT");
  EXPECT_EQ(*outbox_->Send(client_), 2'500);
  EXPECT_EQ(client_.GetInvalidationStats()->position.revision, 3u);
  EXPECT_TRUE(Moved("product:2499"));
}

// It was committed, so it is never left out.
TEST_F(OutboxTableTest, WhatCannotBeReadOrIsRefusedIsReportedAsMore) {
  Run("INSERT INTO invalidation_outbox (write) VALUES ('no json')");
  EXPECT_EQ(*outbox_->Send(client_), 1);
  EXPECT_TRUE(Moved("anything"));
  EXPECT_EQ(outbox_->Add({.resource_type = "a:b", .resource_id = "1"}), absl::OkStatus());
  EXPECT_EQ(*outbox_->Send(client_), 1);
  EXPECT_EQ(*outbox_->Send(client_), 0);
}

TEST_F(OutboxTableTest, SaysWhatTheDatabaseSays) {
  Run("DROP TABLE invalidation_outbox");
  EXPECT_FALSE(outbox_->Add(kProduct).ok());
  EXPECT_FALSE(outbox_->Send(client_).ok());
}

}  // namespace
}  // namespace cache_invalidation
