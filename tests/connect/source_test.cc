// SPDX-License-Identifier: Apache-2.0

// What a commit becomes.

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/connect/connect_test.h"

namespace cache_invalidation {
namespace {

class SourceTest : public ConnectTest {};

TEST_F(SourceTest, AnUpdateArrivesAtASubscriber) {
  CreateTable();
  Insert(1);
  StartFirst();
  Execute("UPDATE t SET note = 'y' WHERE id = 1");
  EXPECT_EQ(heard_.Await("t:1"), (Heard::Targets{"t:1", "t:#all"}));
}

TEST_F(SourceTest, ATransactionIsOneEventAndWhatIsRolledBackIsNone) {
  CreateTable();
  StartFirst();
  Execute("BEGIN; INSERT INTO t VALUES (1); ROLLBACK");
  Execute(
      "BEGIN; INSERT INTO t VALUES (2); SAVEPOINT s; INSERT INTO t VALUES (3); ROLLBACK TO s; "
      "INSERT INTO t VALUES (4); COMMIT");
  EXPECT_EQ(heard_.Await("t:2"), (Heard::Targets{"t:2", "t:4", "t:#all"}));
  EXPECT_EQ(heard_.Count("t:1") + heard_.Count("t:3"), 0u);
}

TEST_F(SourceTest, EveryKindOfChange) {
  CreateTable();
  StartFirst();
  Insert(1);
  heard_.Await("t:1");
  Execute("UPDATE t SET id = 2 WHERE id = 1");
  EXPECT_EQ(heard_.Await("t:1"), (Heard::Targets{"t:1", "t:2", "t:#all"}));
  Execute("DELETE FROM t");
  heard_.Await("t:2");
  Execute("TRUNCATE t");
  EXPECT_EQ(heard_.Await("t"), Heard::Targets{"t"});
}

// Identity FULL marks every column as part of the identity, an index its own: the key is the
// catalog's.
TEST_F(SourceTest, TheIdIsThePrimaryKeyWhateverTheIdentity) {
  Execute("CREATE TABLE f (b int, a int, n text, PRIMARY KEY (a, b))");
  Execute("ALTER TABLE f REPLICA IDENTITY FULL");
  Execute("CREATE TABLE i (id int PRIMARY KEY, u int NOT NULL UNIQUE, n text)");
  Execute("ALTER TABLE i REPLICA IDENTITY USING INDEX i_u_key");
  Execute("CREATE TABLE d (b int, a int, n text, PRIMARY KEY (a, b) INCLUDE (n))");
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE f, i, d");
  StartFirst();
  Execute("INSERT INTO f VALUES (2, 1)");
  heard_.Await("f:2,1");
  Execute("UPDATE f SET n = 'x'");
  EXPECT_EQ(heard_.Await("f:2,1"), (Heard::Targets{"f:2,1", "f:#all"}));
  Execute("INSERT INTO d VALUES (2, 1)");
  heard_.Await("d:2,1");
  Execute("DELETE FROM d");
  heard_.Await("d:2,1");
  Execute("INSERT INTO i VALUES (1, 10)");
  heard_.Await("i:1");
  // It may have moved the key without a trace.
  Execute("UPDATE i SET id = 3");
  EXPECT_EQ(heard_.Await("i:3").count("i"), 1u);
}

TEST_F(SourceTest, APartitionHasTheNameOfItsRoot) {
  Execute("CREATE TABLE p (id int, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)");
  Execute("CREATE TABLE leaf (day int NOT NULL, id int NOT NULL)");
  Execute("ALTER TABLE p ATTACH PARTITION leaf FOR VALUES FROM (1) TO (10)");
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE p");
  StartFirst();
  Execute("INSERT INTO p VALUES (7, 2)");
  EXPECT_EQ(heard_.Await("p:7,2"), (Heard::Targets{"p:7,2", "p:#all"}));
  Execute("TRUNCATE leaf");
  heard_.Await("p");
}

TEST_F(SourceTest, ValuesKeepTheirTypes) {
  Execute("CREATE DOMAIN price AS numeric; CREATE SCHEMA s");
  Execute("CREATE TYPE s.color AS ENUM ('red', 'blue')");
  Execute(
      "CREATE TABLE v (id int PRIMARY KEY, p price, c s.color, l int[], j jsonb, at timestamptz)");
  Execute("ALTER TABLE v REPLICA IDENTITY FULL");
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE v");
  Execute("ALTER DATABASE postgres SET timezone = 'Asia/Tokyo'");
  Execute("ALTER DATABASE postgres SET datestyle = 'German'");
  for (const char* column : {"p", "c", "l", "at"}) {
    ASSERT_TRUE(client_
                    .RegisterInvalidationRule({.name = column,
                                               .trigger_tags = {"v"},
                                               .invalidate_tags = {absl::StrCat(
                                                   "by_", column, ":{context.", column, "}")}})
                    .ok());
  }
  StartFirst();
  Execute("INSERT INTO v VALUES (1, 2.50, 'red', '{4,5}', '{\"a\": 1}', '2024-02-01 12:00+00')");
  const Heard::Targets targets = heard_.Await("v:1");
  for (const char* wanted :
       {"by_p:2.50", "by_c:red", "by_l:4", "by_l:5", "by_at:2024-02-01 12%3A00%3A00+00"}) {
    EXPECT_EQ(targets.count(wanted), 1u) << wanted;
  }
  if (::testing::Test::HasFailure()) {
    for (const std::string& target : targets) std::cout << target << "\n";
  }
}

// The log has neither generated columns nor those that the publication does not list.
TEST_F(SourceTest, AnUpdateMayHaveChangedWhatTheLogLeavesOut) {
  Execute(
      "CREATE TABLE g (id int PRIMARY KEY, qty int, total int GENERATED ALWAYS AS (qty * 10) "
      "STORED)");
  Execute("ALTER TABLE g REPLICA IDENTITY FULL");
  Execute("CREATE TABLE l (id int PRIMARY KEY, qty int, total int)");
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE g, l (id, qty)");
  for (const std::string type : {"g", "l"}) {
    for (const std::string column : {"total", "absent"}) {
      const auto registered = client_.RegisterInvalidationRule(
          {.name = absl::StrCat(type, column),
           .trigger_tags = {type},
           .invalidate_tags = {absl::StrCat(column, "_of_", type)},
           .condition = absl::StrCat("'", column, "' in context.fields_changed")});
      ASSERT_TRUE(registered.ok()) << registered.status();
    }
  }
  StartFirst();
  Execute("INSERT INTO g VALUES (1, 2); INSERT INTO l VALUES (1, 2, 3)");
  heard_.Await("l:1");
  Execute("UPDATE g SET qty = 3");
  EXPECT_EQ(heard_.Await("g:1"), (Heard::Targets{"g:1", "g:#all", "total_of_g"}));
  Execute("UPDATE l SET total = 4");
  EXPECT_EQ(heard_.Await("l:1"), (Heard::Targets{"l:1", "l:#all", "total_of_l"}));
}

TEST_F(SourceTest, TablesAreTreatedAsConfigured) {
  Execute("CREATE TABLE jobs (id int PRIMARY KEY); CREATE SCHEMA tenant_42");
  Execute("CREATE TABLE tenant_42.orders (id int PRIMARY KEY, no int NOT NULL)");
  Execute("ALTER TABLE tenant_42.orders REPLICA IDENTITY FULL");
  Execute("CREATE PUBLICATION cache_invalidation FOR TABLE jobs, tenant_42.orders");
  connector_.setting().more = R"(  tables:
    - { match: jobs, ignore: true }
    - { match: 'tenant_(\d+)\.(\w+)', type: '\2', id_prefix: '\1.', key: [no], tags: ['tenant:\1'] }
)";
  StartFirst();
  Execute("BEGIN; INSERT INTO jobs VALUES (1); INSERT INTO tenant_42.orders VALUES (1, 5); COMMIT");
  EXPECT_EQ(heard_.Await("orders:42.5"),
            (Heard::Targets{"orders:42.5", "orders:#all", "tenant:42"}));
  EXPECT_EQ(connector_.Metric("source_ignored_total"), 1);
}

TEST_F(SourceTest, MessagesOfApplications) {
  CreateTable();
  connector_.setting().more = "  outbox: { prefix: app }\n";
  StartFirst();
  const auto emit = [](const std::string& content, const std::string& prefix = "app") {
    return absl::StrCat("SELECT pg_logical_emit_message(true, '", prefix, "', '", content, "')");
  };
  Execute(absl::StrCat("BEGIN; ", emit("{\"keys\": [\"page:1\"]}"), "; ROLLBACK"));
  Execute(emit("{\"keys\": [\"page:2\"]}", "other"));
  Execute(absl::StrCat("BEGIN; INSERT INTO t VALUES (1); ",
                       emit("{\"keys\": [\"page:3\"], \"tags\": [\"a:b\"], \"types\": [\"view\"]}"),
                       "; COMMIT"));
  heard_.Await("key page:3");
  // The keys and the writes of a transaction are two commands, in any order.
  while (heard_.Count("view") == 0) std::this_thread::yield();
  EXPECT_EQ(heard_.Count("key page:1") + heard_.Count("key page:2"), 0u);
  // What could be all of the cache is not allowed unless configured.
  Execute(emit("{\"everything\": true, \"keys\": [\"page:4\"]}"));
  Execute(emit("no JSON"));
  Execute(emit("{\"keys\": [\"page:5\"]}"));
  heard_.Await("key page:5");
  EXPECT_EQ(heard_.Count("everything"), 1u);
  EXPECT_EQ(connector_.Metric("outbox_messages_total{result=\"not_allowed\"}"), 1);
  EXPECT_EQ(connector_.Metric("outbox_messages_total{result=\"unreadable\"}"), 1);
}

TEST_F(SourceTest, AnApplicationCanWaitForItsCommit) {
  CreateTable();
  StartFirst();
  Insert(1);
  AwaitTold();
  heard_.Await("t:1");
  EXPECT_EQ(connector_.Page("/told?lsn=x"), "expected lsn=, such as lsn=0/16B374D8\n");
}

TEST_F(SourceTest, EveryMetricIsThereFromTheStart) {
  CreateTable();
  StartFirst();
  EXPECT_EQ(connector_.Metric("gaps_total{reason=\"no_state\"}"), 1);
  EXPECT_EQ(connector_.Metric("gaps_total{reason=\"timeline\"}"), 0);
  EXPECT_EQ(connector_.Metric("source_last_told_commit_timestamp_seconds"), 0);
  const std::string page = connector_.Page("/metrics");
  for (const char* line :
       {"\nprocess_start_time_seconds ", "\nprocess_resident_memory_bytes ",
        "\ncache_invalidation_connect_build_info{", "\n# TYPE process_threads gauge\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  }
}

TEST_F(SourceTest, NoResultOfTheServiceIsLookedForTooEarly) {
  CreateTable();
  StartFirst();
  constexpr int kTransactions = 30;
  for (int id = 0; id < kTransactions; ++id) {
    Insert(id);
    AwaitTold();
  }
  EXPECT_EQ(connector_.Metric("source_commit_to_told_seconds_count"), kTransactions);
  EXPECT_LT(connector_.Metric("source_commit_to_told_seconds_sum"), 5.0)
      << "a result is taken when the next status is due, ten seconds later";
}

TEST_F(SourceTest, ALargeTransactionTakesLittleMemory) {
  CreateTable();
  StartFirst();
  Execute("INSERT INTO t SELECT generate_series(1, 200000), 'a note of some length'");
  heard_.Await("t");
  AwaitTold();
}

}  // namespace
}  // namespace cache_invalidation
