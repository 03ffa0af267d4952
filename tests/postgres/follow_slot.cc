// SPDX-License-Identifier: Apache-2.0

#include "tests/postgres/follow_slot.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/check.h"

namespace cache_invalidation {

std::unique_ptr<SqlConnection> Connected(const PostgresCluster& cluster) {
  auto connection = SqlConnection::Connect(cluster.connection_string());
  Check(connection.ok(), connection.status().ToString().c_str());
  return *std::move(connection);
}

std::string Sql(SqlConnection& connection, const std::string& statements) {
  const auto rows = connection.Run(statements);
  Check(rows.ok(), rows.status().ToString().c_str());
  if (rows->empty() || rows->front().empty()) return "";
  return rows->front().front().value_or("");
}

std::vector<std::string> FollowEnvironment(const PostgresCluster& cluster,
                                           const std::string& endpoint) {
  // host=... port=... user=... dbname=...
  std::map<std::string, std::string> words;
  for (absl::string_view word : absl::StrSplit(cluster.connection_string(), ' ')) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(word, absl::MaxSplits('=', 1));
    words.insert(pair);
  }
  return {"PGHOST=" + words["host"],
          "PGPORT=" + words["port"],
          "PGUSER=" + words["user"],
          "PGDATABASE=" + words["dbname"],
          "PSQL=" + PostgresCluster::Program("psql"),
          "CACHECTL=client/cachectl/cachectl",
          "CACHE_INVALIDATION_ENDPOINT=" + endpoint};
}

std::vector<std::string> FollowCommand(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"setsid", "examples/postgresql/follow_slot"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace cache_invalidation
