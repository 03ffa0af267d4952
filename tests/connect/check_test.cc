// SPDX-License-Identifier: Apache-2.0

// `cache_invalidation_connect check`.

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/connect/connect_test.h"

namespace cache_invalidation {
namespace {

class CheckTest : public ConnectTest {
 protected:
  void ExpectLine(const Ended& ended, const std::string& line) {
    EXPECT_TRUE(absl::StrContains(ended.out, line)) << ended.out << ended.err;
  }
};

TEST_F(CheckTest, ADatabaseThatIsReady) {
  CreateTable();
  const Ended ended = connector_.Check();
  EXPECT_EQ(ended.code, 0) << ended.out;
  ExpectLine(ended, "warning: there is no slot cache_invalidation");
  ExpectLine(ended, "ready\n");
}

TEST_F(CheckTest, EverythingThatIsWrongIsSaid) {
  Execute("CREATE TABLE bare (a int); CREATE TABLE i (id int PRIMARY KEY, u int NOT NULL UNIQUE)");
  Execute("ALTER TABLE i REPLICA IDENTITY USING INDEX i_u_key");
  Execute("CREATE ROLE app LOGIN");
  Execute(
      "CREATE PUBLICATION cache_invalidation FOR TABLE bare, i WITH (publish = "
      "'insert, update', publish_via_partition_root = true)");
  Execute("SELECT pg_create_logical_replication_slot('cache_invalidation', 'test_decoding')");
  connector_.setting().connection += " user=app";
  connector_.setting().more = "  outbox: {prefix: app}\n";
  const Ended ended = connector_.Check();
  EXPECT_EQ(ended.code, 1);
  for (const char* line :
       {"error: the role app may not replicate",
        "error: the publication leaves out inserts, updates, deletes or truncates",
        "error: publish_via_partition_root is on", "error: public.bare has no replica identity",
        "warning: public.i has an index as replica identity",
        "error: the slot cache_invalidation is not one of pgoutput",
        "warning: every role may write messages", "warning: max_slot_wal_keep_size is -1",
        "warning: there is no state file"}) {
    ExpectLine(ended, line);
  }
}

TEST_F(CheckTest, RowsAndColumnsThatArePublishedInPart) {
  Execute("CREATE TABLE f (id int PRIMARY KEY, a int); CREATE TABLE l (id int PRIMARY KEY, a int)");
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE f WHERE (id > 0), l (id)");
  const Ended ended = connector_.Check();
  EXPECT_EQ(ended.code, 1);
  ExpectLine(ended,
             "error: the publication leaves out rows of public.f: what happens to them is lost");
  ExpectLine(ended, "warning: the publication leaves out columns of public.l");
}

TEST_F(CheckTest, TheSqlThatItPrintsCuresIt) {
  Execute("CREATE TABLE bare (a int); CREATE TABLE f (id int PRIMARY KEY)");
  Execute(
      "CREATE PUBLICATION cache_invalidation FOR TABLE bare, f WHERE (id > 0) "
      "WITH (publish = 'insert')");
  Execute("ALTER PUBLICATION cache_invalidation SET (publish = 'insert, update')");
  const Ended sql = connector_.Check({"--sql"});
  EXPECT_EQ(sql.code, 1);
  const Ended run = RunProgram({PostgresCluster::Program("psql"), "-X", "-v", "ON_ERROR_STOP=1",
                                "-d", cluster_.connection_string()},
                               sql.out);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(connector_.Check().code, 0) << connector_.Check().out;
}

TEST_F(CheckTest, AnythingThatCannotBeReachedIsSaid) {
  service_.Stop();
  connector_.setting().connection = "host=/nowhere dbname=x";
  const Ended ended = connector_.Check();
  EXPECT_EQ(ended.code, 1);
  ExpectLine(ended, "error: service: ");
  ExpectLine(ended, "error: database: ");
}

TEST_F(CheckTest, AConfigurationThatIsWrongIsNotRun) {
  connector_.setting().more = "  sources: 1\n";
  const Ended ended = connector_.Check();
  EXPECT_EQ(ended.code, 2);
  EXPECT_TRUE(absl::StrContains(ended.err, "no such name: sources")) << ended.err;
}

}  // namespace
}  // namespace cache_invalidation
