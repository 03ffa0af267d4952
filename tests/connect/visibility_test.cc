// SPDX-License-Identifier: Apache-2.0

// A commit is reported again once readers can see it.

#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/connect/connect_test.h"

namespace cache_invalidation {
namespace {

class VisibilityTest : public ConnectTest {};

// A commit that waits for a standby is in the log, and readers see the old row.
TEST_F(VisibilityTest, ACommitThatWaitsForAStandbyIsToldTwice) {
  CreateTable();
  Insert(1);
  StartFirst();
  Execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  Execute("SELECT pg_reload_conf()");
  std::thread writer([this] {
    const auto connection = Connected(cluster_);
    (void)connection->Run("UPDATE t SET note = 'new' WHERE id = 1");
  });
  heard_.Await("t:1");
  EXPECT_EQ(Execute("SELECT note FROM t"), "x") << "a reader refills with the old row";
  const std::string end = Execute("SELECT pg_current_wal_lsn()");
  // Others go on meanwhile.
  Execute("SET synchronous_commit = local; INSERT INTO t VALUES (2)");
  heard_.Await("t:2");
  EXPECT_EQ(heard_.Count("t:1"), 1u);
  Execute("ALTER SYSTEM RESET synchronous_standby_names");
  Execute("SELECT pg_reload_conf()");
  heard_.Await("t:1");
  EXPECT_EQ(Execute("SELECT note FROM t WHERE id = 1"), "new");
  connector_.AwaitTold(end);
  writer.join();
  EXPECT_GE(connector_.Metric("source_told_again_total"), 1);
}

}  // namespace
}  // namespace cache_invalidation
