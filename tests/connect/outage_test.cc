// SPDX-License-Identifier: Apache-2.0

// The service, the connector and PostgreSQL end in every order.

#include <signal.h>

#include <string>
#include <thread>

#include "absl/time/time.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "tests/connect/connect_test.h"

namespace cache_invalidation {
namespace {

// PostgreSQL's fast shutdown: a team's tools give up after seconds. Far below the 60 s of pg_ctl.
constexpr absl::Duration kShutdownWithin = absl::Seconds(5);

class OutageTest : public ConnectTest {
 protected:
  // A fast shutdown waits for readers of slots.
  absl::Duration StopPostgres() {
    sql_.reset();
    const RealClock clock;
    const absl::Duration begun = clock.Monotonic();
    cluster_.Stop();
    return clock.Monotonic() - begun;
  }
};

TEST_F(OutageTest, WhatWasCommittedWhileTheConnectorWasKilledIsTold) {
  CreateTable();
  StartFirst();
  Insert(1);
  heard_.Await("t:1");
  AwaitConfirmed();
  connector_.Kill();
  Insert(2);
  connector_.StartAndAwaitReady();
  heard_.Await("t:2");
  EXPECT_EQ(heard_.Count("everything"), 1u) << "the first start";
}

TEST_F(OutageTest, WhatWasCommittedWhileTheServiceDidNotRespondIsTold) {
  CreateTable();
  connector_.setting().more_postgres = "    release_after: 500ms\n";
  StartFirst();
  AwaitTold();
  service_.Freeze();
  Insert(1);
  connector_.AwaitMetric("source_released_total", 1);
  while (Execute("SELECT active FROM pg_replication_slots") != "f") {
    std::this_thread::yield();  // its process ends after the connection
  }
  service_.Thaw();
  heard_.Await("t:1");
  connector_.AwaitReady();
  EXPECT_EQ(heard_.Count("everything"), 1u) << "the first start";
}

TEST_F(OutageTest, AFastShutdownIsNotHeldUp) {
  CreateTable();
  StartFirst();
  Insert(1);
  EXPECT_LT(StopPostgres(), kShutdownWithin);
  cluster_.Start();
  Reconnect();
  Insert(2);
  heard_.Await("t:2");
}

TEST_F(OutageTest, AFastShutdownIsNotHeldUpByAServiceThatDoesNotRespond) {
  CreateTable();
  StartFirst();
  service_.Freeze();
  Insert(1);
  EXPECT_LT(StopPostgres(), kShutdownWithin);
  service_.Thaw();
  cluster_.Start();
  Reconnect();
  Insert(2);
  heard_.Await("t:2");
  EXPECT_GE(heard_.Count("t:1"), 1u);
}

TEST_F(OutageTest, AFastShutdownIsNotHeldUpByABacklog) {
  CreateTable();
  StartFirst();
  connector_.program().Signal(SIGSTOP);
  Execute("CREATE SEQUENCE s START 100");
  for (int block = 0; block < 20; ++block) {
    Execute(
        "DO $$ BEGIN FOR i IN 1..500 LOOP INSERT INTO t VALUES (nextval('s'), 'x'); COMMIT; "
        "END LOOP; END $$");
  }
  connector_.program().Signal(SIGCONT);
  EXPECT_LT(StopPostgres(), kShutdownWithin);
}

TEST_F(OutageTest, TheLagGrowsWhileTheDatabaseIsAway) {
  CreateTable();
  StartFirst();
  AwaitTold();
  EXPECT_EQ(connector_.Metric("source_lag_seconds"), 0);
  StopPostgres();
  connector_.AwaitNotReady();
  const double contact = connector_.Metric("source_last_contact_timestamp_seconds");
  EXPECT_GT(contact, 0);
  connector_.AwaitMetric("source_lag_seconds", 0.5);
  EXPECT_EQ(connector_.Metric("source_last_contact_timestamp_seconds"), contact);
  cluster_.Start();
  Reconnect();
  Insert(1);
  connector_.AwaitReady();
  AwaitTold();
  EXPECT_EQ(connector_.Metric("source_lag_seconds"), 0);
  EXPECT_GE(connector_.Metric("source_last_contact_timestamp_seconds"), contact);
}

TEST_F(OutageTest, TheLogThatTheSlotKeepsIsShown) {
  CreateTable();
  StartFirst();
  connector_.Kill();
  constexpr int kBytes = 4'000'000;
  Execute(absl::StrCat("SELECT pg_logical_emit_message(true, 'x', repeat('x', ", kBytes, "))"));
  connector_.StartAndAwaitReady();
  EXPECT_GE(connector_.Metric("source_retained_bytes"), kBytes);
}

TEST_F(OutageTest, ASecondConnectorStandsByAndTakesOver) {
  CreateTable();
  StartFirst();
  AwaitTold();
  Connector second(connector_.setting());
  second.Start();
  while (second.Page("/readyz").find("standing by") == std::string::npos) continue;
  connector_.Kill();
  // It has no state file of its own, so it cannot know that nothing is missed.
  heard_.Await("everything");
  second.AwaitReady();
  Insert(1);
  heard_.Await("t:1");
}

}  // namespace
}  // namespace cache_invalidation
