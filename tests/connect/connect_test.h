// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONNECT_CONNECT_TEST_H_
#define CACHE_INVALIDATION_TESTS_CONNECT_CONNECT_TEST_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"
#include "tests/connect/connector.h"
#include "tests/connect/heard.h"
#include "tests/postgres/follow_slot.h"
#include "tests/postgres/postgres_cluster.h"
#include "tests/postgres/sql_connection.h"

namespace cache_invalidation {

// A database, a service, a subscriber and a connector for each test.
class ConnectTest : public ::testing::Test {
 protected:
  explicit ConnectTest(const std::vector<std::string>& settings = {})
      : cluster_(settings),
        sql_(Connected(cluster_)),
        client_(service_.Connect({.deadline = absl::Seconds(30)})),
        heard_(client_),
        connector_({.connection = cluster_.connection_string(), .endpoint = service_.endpoint()}) {}

  std::string Execute(const std::string& statements) { return Sql(*sql_, statements); }

  // Creates `t (id, note)` and its publication.
  void CreateTable() {
    Execute("CREATE TABLE t (id int PRIMARY KEY, note text)");
    Execute("CREATE PUBLICATION cache_invalidation FOR TABLE t");
  }
  void Insert(int id) { Execute(absl::StrCat("INSERT INTO t VALUES (", id, ", 'x')")); }

  // Starts the connector for the first time, which invalidates everything.
  void StartFirst() {
    connector_.StartAndAwaitReady();
    heard_.Await("everything");
  }

  // Blocks until everything committed until now is reported.
  void AwaitTold() { connector_.AwaitTold(Execute("SELECT pg_current_wal_lsn()")); }

  // Blocks until everything committed until now is reported and confirmed, which no crash forgets.
  void AwaitConfirmed() {
    const std::string lsn = Execute("SELECT pg_current_wal_lsn()");
    connector_.AwaitTold(lsn);
    const std::string confirmed =
        absl::StrCat("SELECT confirmed_flush_lsn >= '", lsn, "' FROM pg_replication_slots");
    while (Execute(confirmed) != "t") std::this_thread::yield();
  }

  void Reconnect() { sql_ = Connected(cluster_); }

  PostgresCluster cluster_;
  std::unique_ptr<SqlConnection> sql_;
  client::FakeServer service_{{.default_rules = false}};
  client::Client client_;
  Heard heard_;
  Connector connector_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CONNECT_CONNECT_TEST_H_
