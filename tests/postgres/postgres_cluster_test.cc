// SPDX-License-Identifier: Apache-2.0

#include "tests/postgres/postgres_cluster.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/check.h"
#include "tests/postgres/sql_connection.h"

namespace cache_invalidation {
namespace {

using Mode = PostgresCluster::StopMode;

std::unique_ptr<SqlConnection> Connected(const PostgresCluster& cluster) {
  auto connection = SqlConnection::Connect(cluster.connection_string());
  EXPECT_TRUE(connection.ok()) << connection.status();
  Check(connection.ok(), "the cluster takes connections");
  return *std::move(connection);
}

std::string Changes(SqlConnection& connection) {
  const auto rows = connection.Run(
      "SELECT data FROM pg_logical_slot_get_changes('s', NULL, NULL, 'format-version', '2', "
      "'include-pk', '1')");
  EXPECT_TRUE(rows.ok()) << rows.status();
  std::string out;
  for (const SqlRow& row : *rows) out += row[0].value() + "\n";
  return out;
}

TEST(PostgresClusterTest, TellsChangesByWal2JsonAndKeepsThemOverRestarts) {
  PostgresCluster cluster;
  auto connection = Connected(cluster);
  ASSERT_TRUE(connection->Run("CREATE TABLE t (id int PRIMARY KEY, v text)").ok());
  ASSERT_TRUE(connection->Run("SELECT pg_create_logical_replication_slot('s', 'wal2json')").ok());
  ASSERT_TRUE(connection->Run("INSERT INTO t VALUES (1, NULL)").ok());
  EXPECT_EQ(connection->Copy("COPY t FROM STDIN", "2\ttwo\n3\t\\N\n"), absl::OkStatus());
  EXPECT_TRUE(absl::StrContains(Changes(*connection), R"("value":"two")"));

  ASSERT_TRUE(connection->Run("UPDATE t SET v = 'fast' WHERE id = 1").ok());
  cluster.Restart(Mode::kFast);
  EXPECT_TRUE(absl::IsUnavailable(connection->Run("SELECT 1").status()));
  EXPECT_TRUE(connection->is_broken());
  connection = Connected(cluster);
  EXPECT_TRUE(absl::StrContains(Changes(*connection), R"("value":"fast")"));

  ASSERT_TRUE(connection->Run("UPDATE t SET v = 'crash' WHERE id = 1").ok());
  cluster.Restart(Mode::kImmediate);
  connection = Connected(cluster);
  EXPECT_TRUE(absl::StrContains(Changes(*connection), R"("value":"crash")"));
  const auto rows = connection->Run("SELECT id, v FROM t ORDER BY id");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(*rows, (std::vector<SqlRow>{{"1", "crash"}, {"2", "two"}, {"3", std::nullopt}}));
}

TEST(PostgresClusterTest, TellsWhatIsWrongWithAStatement) {
  PostgresCluster cluster({"max_wal_senders = 3"});
  auto connection = Connected(cluster);
  EXPECT_EQ((*connection->Run("SHOW max_wal_senders"))[0][0], "3");
  const absl::Status status = connection->Run("SELECT * FROM nowhere").status();
  EXPECT_TRUE(absl::StartsWith(status.message(), "42P01 ")) << status;
  EXPECT_FALSE(connection->Copy("COPY nowhere FROM STDIN", "1\n").ok());
  EXPECT_TRUE(connection->Run("SELECT 1").ok());
}

TEST(PostgresClusterTest, IsGoneWithItsDirectory) {
  std::string directory;
  {
    PostgresCluster cluster;
    directory = (*Connected(cluster)->Run("SHOW unix_socket_directories"))[0][0].value();
    EXPECT_TRUE(std::filesystem::exists(directory));
  }
  EXPECT_FALSE(std::filesystem::exists(directory));
}

}  // namespace
}  // namespace cache_invalidation
