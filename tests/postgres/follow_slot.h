// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_POSTGRES_FOLLOW_SLOT_H_
#define CACHE_INVALIDATION_TESTS_POSTGRES_FOLLOW_SLOT_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/postgres/postgres_cluster.h"
#include "tests/postgres/sql_connection.h"
#include "tests/support/program.h"

namespace cache_invalidation {

// Connects. Aborts if that fails.
std::unique_ptr<SqlConnection> Connected(const PostgresCluster& cluster);

// Runs statements, which must succeed, and returns the first value of the last one; empty if there
// is none.
std::string Sql(SqlConnection& connection, const std::string& statements);

// Returns the environment in which follow_slot reads the cluster and calls the service at
// `endpoint`.
std::vector<std::string> FollowEnvironment(const PostgresCluster& cluster,
                                           const std::string& endpoint);

// Returns the command that runs follow_slot as the leader of its own session, so that all its
// processes can be killed together.
std::vector<std::string> FollowCommand(const std::vector<std::string>& arguments);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_POSTGRES_FOLLOW_SLOT_H_
