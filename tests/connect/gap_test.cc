// SPDX-License-Identifier: Apache-2.0

// Whatever may have been missed is noticed: then everything is invalidated, and said.

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/connect/connect_test.h"

namespace cache_invalidation {
namespace {

constexpr char kDropSlot[] = "SELECT pg_drop_replication_slot('cache_invalidation')";
constexpr char kCreateSlot[] =
    "SELECT pg_create_logical_replication_slot('cache_invalidation', 'pgoutput')";

class GapTest : public ConnectTest {
 protected:
  GapTest() : ConnectTest({"max_slot_wal_keep_size = 1MB"}) {}

  // Follows the log, with a row reported and confirmed, and stops.
  void FollowAndStop() {
    CreateTable();
    StartFirst();
    Insert(1);
    AwaitTold();
    ASSERT_EQ(connector_.Stop().code, 0);
  }

  // Starts the connector, which has to see this gap, and to follow the log afterwards.
  void ExpectGap(const std::string& reason) {
    connector_.Start();
    heard_.Await("everything");
    connector_.AwaitReady();
    EXPECT_EQ(connector_.Metric(absl::StrCat("gaps_total{reason=\"", reason, "\"}")), 1)
        << connector_.Page("/metrics");
    Insert(1'000);
    heard_.Await("t:1000");
  }
};

TEST_F(GapTest, NoneAfterARestart) {
  FollowAndStop();
  Insert(2);
  connector_.StartAndAwaitReady();
  heard_.Await("t:2");
  EXPECT_EQ(heard_.Count("everything"), 1u) << "the first start";
  EXPECT_EQ(heard_.Count("t:1"), 1u) << "what was confirmed at the stop is not told again";
}

TEST_F(GapTest, NoneAfterACrashOfPostgres) {
  FollowAndStop();
  connector_.StartAndAwaitReady();
  Insert(2);
  heard_.Await("t:2");
  sql_.reset();
  cluster_.Restart(PostgresCluster::StopMode::kImmediate);
  Reconnect();
  Insert(3);
  heard_.Await("t:3");
  EXPECT_EQ(heard_.Count("everything"), 1u) << "the first start";
}

TEST_F(GapTest, TheSlotWasDropped) {
  FollowAndStop();
  Execute(kDropSlot);
  Insert(2);
  ExpectGap("slot_missing");
}

TEST_F(GapTest, TheSlotWasDroppedAndMadeAgain) {
  FollowAndStop();
  Execute(kDropSlot);
  Insert(2);
  Execute(kCreateSlot);
  ExpectGap("slot_advanced");
}

TEST_F(GapTest, SomebodyElseHasReadTheSlot) {
  FollowAndStop();
  Insert(2);
  Execute(
      "SELECT count(*) FROM pg_logical_slot_get_binary_changes('cache_invalidation', NULL, NULL, "
      "'proto_version', '1', 'publication_names', 'cache_invalidation')");
  ExpectGap("slot_advanced");
}

// The copy has the slot, on the same timeline of the same system, at a position that we know.
class RestoredCopyTest : public GapTest {
 protected:
  void RestoreACopy() {
    FollowAndStop();
    connector_.StartAndAwaitReady();
    const std::string connection = cluster_.connection_string();
    const std::string directory = connection.substr(5, connection.find(' ') - 5);  // host=
    sql_.reset();
    cluster_.Stop();
    ASSERT_EQ(RunProgram({"/bin/cp", "-a", directory + "/cluster", directory + "/copy"}).code, 0);
    cluster_.Start();
    Reconnect();
    Execute("UPDATE t SET note = 'only in the caches' WHERE id = 1");
    AwaitTold();
    ASSERT_EQ(connector_.Stop().code, 0);
    sql_.reset();
    cluster_.Stop();
    ASSERT_EQ(RunProgram({"/bin/rm", "-r", directory + "/cluster"}).code, 0);
    ASSERT_EQ(RunProgram({"/bin/mv", directory + "/copy", directory + "/cluster"}).code, 0);
    cluster_.Start();
    Reconnect();
  }
};

TEST_F(RestoredCopyTest, ItsLogEndsEarlier) {
  RestoreACopy();
  ExpectGap("log_went_back");
}

TEST_F(RestoredCopyTest, ItsLogHasGrownSince) {
  RestoreACopy();
  Execute("INSERT INTO t SELECT generate_series(2000, 9000), 'x'");
  ExpectGap("other_history");
}

TEST_F(GapTest, PostgresHasGivenTheSlotUp) {
  FollowAndStop();
  for (int segment = 2; segment < 6; ++segment) {
    Insert(segment);
    Execute("SELECT pg_switch_wal()");
  }
  Execute("CHECKPOINT");
  ExpectGap("slot_lost");
}

TEST_F(GapTest, TheStateFileIsGoneOrDamaged) {
  FollowAndStop();
  std::filesystem::remove(connector_.state_file());
  ExpectGap("no_state");
  AwaitTold();
  ASSERT_EQ(connector_.Stop().code, 0);
  std::ofstream(connector_.state_file()) << "{";
  connector_.Start();
  heard_.Await("everything");
}

TEST_F(GapTest, ThePublicationWasMadeAgain) {
  FollowAndStop();
  Execute("DROP PUBLICATION cache_invalidation");
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE t");
  ExpectGap("publication");
}

TEST_F(GapTest, ThePublicationWasMissingWhileChangesWereMade) {
  FollowAndStop();
  Execute("DROP PUBLICATION cache_invalidation");
  Insert(2);
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE t");
  // PostgreSQL can never decode that change: the slot has to be replaced.
  connector_.Start();
  connector_.AwaitMetric("gaps_total{reason=\"unreadable_log\"}", 1);
  connector_.AwaitReady();
  Insert(3);
  heard_.Await("t:3");
}

TEST_F(GapTest, ATableThatLeavesThePublicationAndComesBackIsToldAsAWhole) {
  FollowAndStop();
  Execute("ALTER PUBLICATION cache_invalidation DROP TABLE t");
  Insert(2);
  Execute("ALTER PUBLICATION cache_invalidation ADD TABLE t");
  connector_.StartAndAwaitReady();
  heard_.Await("t");
  EXPECT_EQ(heard_.Count("everything"), 1u) << "the first start";
}

TEST_F(GapTest, ThePublicationIsWatched) {
  CreateTable();
  Execute("CREATE TABLE late (id int PRIMARY KEY)");
  StartFirst();
  Execute("ALTER PUBLICATION cache_invalidation ADD TABLE late");
  heard_.Await("late");
}

TEST_F(GapTest, APartitionThatWasDetachedSinceItsChange) {
  Execute("CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)");
  Execute("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10)");
  Execute("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)");
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE p");
  StartFirst();
  Execute("INSERT INTO p VALUES (1)");
  heard_.Await("p:1");
  AwaitTold();
  ASSERT_EQ(connector_.Stop().code, 0);
  Execute("INSERT INTO p VALUES (2), (11)");
  Execute("ALTER TABLE p DETACH PARTITION p1");
  Execute("DROP TABLE p2");
  connector_.Start();
  // Both are reported as a whole, as they have left the publication; of p1 the root is remembered,
  // of p2, which was never read, it is not.
  heard_.Await("everything");
  connector_.AwaitMetric("source_widened_total{reason=\"unknown_table\"}", 1);
}

}  // namespace
}  // namespace cache_invalidation
