// SPDX-License-Identifier: Apache-2.0

// follow_slot, with every state of a slot and every kind of error.

#include "tests/postgres/follow_slot.h"

#include <signal.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/testing/flaky_proxy.h"
#include "common/check.h"
#include "gtest/gtest.h"
#include "tests/cachectl/cachectl_test.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

// A service for each test, and a cluster for all of them, in which each has a slot and a table of
// its own name.
class FollowSlotTest : public CachectlTest {
 protected:
  static void SetUpTestSuite() { cluster_ = new PostgresCluster({"max_replication_slots = 20"}); }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }

  FollowSlotTest() : sql_(Connected(*cluster_)) {
    name_ = absl::StrCat("t", ::testing::UnitTest::GetInstance()->current_test_info()->line());
    Execute("CREATE TABLE " + name_ + " (id int PRIMARY KEY)");
  }
  ~FollowSlotTest() override {
    // What a killed follow_slot has left may still read the slot for a moment.
    while (!sql_->is_broken() &&
           !sql_->Run("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                      "WHERE slot_name = '" +
                      name_ + "'")
                .ok()) {
      continue;
    }
    Execute("DROP TABLE " + name_);
  }

  std::string Execute(const std::string& statements) { return Sql(*sql_, statements); }
  // In another database of the cluster.
  void ExecuteIn(const std::string& database, const std::string& statements) {
    const Ended ended =
        RunProgram({PostgresCluster::Program("psql"), "-X", "-d", database, "-qc", statements}, "",
                   FollowEnvironment(*cluster_, endpoint()));
    ASSERT_EQ(ended.code, 0) << ended.err;
  }
  void CreateSlot(const std::string& plugin = "wal2json") {
    Execute("SELECT pg_create_logical_replication_slot('" + name_ + "', '" + plugin + "')");
  }
  // Of the slot; empty if there is none.
  std::string SlotField(const std::string& field) {
    return Execute("SELECT " + field + " FROM pg_replication_slots WHERE slot_name = '" + name_ +
                   "'");
  }
  // One transaction with these rows.
  void Insert(int first, int last) {
    Execute(absl::StrCat("INSERT INTO ", name_, " SELECT generate_series(", first, ",", last, ")"));
  }
  std::string Tag(int id) const { return absl::StrCat(name_, ":", id); }

  std::unique_ptr<Program> Start(Strings arguments, const Strings& environment = {}) {
    // To a shell the last of two variables of one name counts.
    Strings variables = FollowEnvironment(*cluster_, endpoint());
    variables.insert(variables.end(), environment.begin(), environment.end());
    arguments.insert(arguments.begin(), {"--slot", name_, "--pause", "0.05"});
    return std::make_unique<Program>(FollowCommand(arguments), variables);
  }
  Ended FollowOnce(Strings arguments = {}, const Strings& environment = {}) {
    arguments.insert(arguments.begin(), "--once");
    return Start(arguments, environment)->Wait();
  }

  // The revisions so far.
  int Head() {
    const std::string out = Ok({"stats", "-o", "json"});
    const size_t at = out.find("\"revision\"");
    int head = 0;
    if (at == std::string::npos) return 0;
    const size_t digit = out.find_first_of("0123456789", at);
    (void)absl::SimpleAtoi(out.substr(digit, out.find_first_not_of("0123456789", digit) - digit),
                           &head);
    return head;
  }
  // What was told up to this revision, once it was.
  std::string Told(int revision) {
    return Ok({"watch", "--from-revision", "0", "--until-revision", absl::StrCat(revision)});
  }
  bool WasTold(int id) { return absl::StrContains(Told(Head()), "  " + Tag(id) + " "); }

  static PostgresCluster* cluster_;
  std::string name_;
  std::unique_ptr<SqlConnection> sql_;
};

PostgresCluster* FollowSlotTest::cluster_ = nullptr;

// Reads what it says on standard error up to a line with these words.
void AwaitErrorLine(Program& program, const std::string& words) {
  std::string line;
  do {
    line = program.ReadErrorLine();
    ASSERT_NE(line, "") << "it ended without saying: " << words;
  } while (!absl::StrContains(line, words));
}

// A program in place of cachectl.
class StandIn {
 public:
  explicit StandIn(const std::string& script) : path_(directory_.path() + "/cachectl") {
    std::ofstream(path_) << "#!/bin/bash\n" << script << "\n";
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  Strings environment() const { return {"CACHECTL=" + path_}; }

 private:
  const TemporaryDirectory directory_;
  const std::string path_;
};

TEST_F(FollowSlotTest, TellsWhatIsCommittedOnceAndTakesItFromTheSlot) {
  CreateSlot();
  Insert(1, 2);
  Execute("BEGIN; INSERT INTO " + name_ + " VALUES (3); ROLLBACK");
  ASSERT_EQ(FollowOnce().code, 0);
  EXPECT_EQ(Head(), 1) << "a transaction is one event";
  EXPECT_TRUE(WasTold(1) && WasTold(2));
  EXPECT_FALSE(WasTold(3));
  EXPECT_EQ(FollowOnce().code, 0);
  EXPECT_EQ(Head(), 1) << "it is not told again";
  Insert(4, 4);
  EXPECT_EQ(FollowOnce().code, 0);
  EXPECT_EQ(Head(), 2);
}

TEST_F(FollowSlotTest, FollowsUntilItIsStopped) {
  CreateSlot();
  const auto follow = Start({});
  for (int id = 1; id <= 3; ++id) {
    Insert(id, id);
    EXPECT_TRUE(absl::StrContains(Told(id), "  " + Tag(id) + " "));
  }
  follow->Signal(SIGTERM);
  const Ended ended = follow->Wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
}

TEST_F(FollowSlotTest, ATransactionOfAnySizeComesWhole) {
  CreateSlot();
  Insert(1, 1'000);
  Insert(2'001, 2'500);
  Insert(3'001, 3'001);
  ASSERT_EQ(FollowOnce({"--changes", "10"}).code, 0);
  EXPECT_EQ(Head(), 3);
  EXPECT_TRUE(WasTold(1) && WasTold(1'000) && WasTold(2'500) && WasTold(3'001));
}

TEST_F(FollowSlotTest, AMissingSlotIsAGapThatSomebodyMustDecideAbout) {
  const Ended ended = FollowOnce();
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_EQ(SlotField("slot_name"), "");
  EXPECT_EQ(Head(), 0);
}

TEST_F(FollowSlotTest, ANewSlotBeginsWithEverything) {
  Insert(1, 1);
  const Ended ended = FollowOnce({"--create-slot"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(absl::StrContains(Told(1), "everything"));
  Insert(2, 2);
  ASSERT_EQ(FollowOnce({"--create-slot"}).code, 0);
  EXPECT_EQ(Head(), 2) << "the slot is there";
  EXPECT_TRUE(WasTold(2));
  EXPECT_EQ(Execute("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '%new'"), "0");
}

TEST_F(FollowSlotTest, ANewSlotIsNotThereBeforeEverythingWasInvalidated) {
  const StandIn cachectl("echo trying >&2; [ \"$1\" = ingest ] || exit 6");
  const Ended ended = FollowOnce({"--create-slot"}, cachectl.environment());
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(absl::StrContains(ended.err, "trying")) << ended.err;
  EXPECT_EQ(SlotField("slot_name"), "");

  const StandIn mortal("echo trying >&2; kill -9 -$(($(ps -o sid= $$)))");
  const auto killed = Start({"--create-slot"}, mortal.environment());
  AwaitErrorLine(*killed, "trying");
  EXPECT_EQ(killed->Wait().code, 128 + SIGKILL);
  EXPECT_EQ(SlotField("slot_name"), "");
}

TEST_F(FollowSlotTest, ASlotThatPostgresGaveUpIsAGapToo) {
  CreateSlot();
  Insert(1, 1);
  Execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
  Execute("SELECT pg_reload_conf()");
  for (int segment = 0; segment < 4; ++segment) {
    Insert(10 + segment, 10 + segment);
    Execute("SELECT pg_switch_wal()");
  }
  Execute("CHECKPOINT");
  ASSERT_EQ(SlotField("wal_status"), "lost");
  EXPECT_EQ(FollowOnce().code, 4);
  EXPECT_EQ(Head(), 0);

  ASSERT_EQ(FollowOnce({"--create-slot"}).code, 0);
  EXPECT_NE(SlotField("wal_status"), "lost");
  EXPECT_TRUE(absl::StrContains(Told(1), "everything"));
  Insert(2, 2);
  EXPECT_EQ(FollowOnce().code, 0);
  EXPECT_TRUE(WasTold(2));
  Execute("ALTER SYSTEM RESET max_slot_wal_keep_size");
  Execute("SELECT pg_reload_conf()");
}

TEST_F(FollowSlotTest, ASlotOfSomethingElseIsLeftAlone) {
  CreateSlot("pgoutput");
  EXPECT_EQ(FollowOnce({"--create-slot"}).code, 2);
  EXPECT_EQ(SlotField("plugin"), "pgoutput");
  Execute("SELECT pg_drop_replication_slot('" + name_ + "')");
  CreateSlot();
  Insert(1, 1);
  EXPECT_EQ(FollowOnce({}, {"PGDATABASE=template1"}).code, 2);
  EXPECT_EQ(Head(), 0);
}

TEST_F(FollowSlotTest, WhatTheServiceDidNotAnswerStaysInTheSlot) {
  CreateSlot();
  Insert(1, 1);
  const std::string before = SlotField("confirmed_flush_lsn");
  EXPECT_EQ(
      FollowOnce({"--", "--timeout", "300ms"}, {"CACHE_INVALIDATION_ENDPOINT=127.0.0.1:1"}).code,
      1);
  EXPECT_EQ(SlotField("confirmed_flush_lsn"), before);

  // Also when ingest dies in the middle, or says of a part only that it was answered.
  EXPECT_EQ(FollowOnce({}, StandIn("cat >/dev/null; kill -9 $$").environment()).code, 1);
  EXPECT_EQ(SlotField("confirmed_flush_lsn"), before);
  EXPECT_EQ(FollowOnce({}, StandIn("exit 6").environment()).code, 1) << "without reading";
  EXPECT_EQ(SlotField("confirmed_flush_lsn"), before);
  EXPECT_EQ(FollowOnce().code, 0);
  EXPECT_EQ(Head(), 1);
  EXPECT_TRUE(WasTold(1));
}

TEST_F(FollowSlotTest, AServiceThatIsAwayIsWaitedFor) {
  CreateSlot();
  client::FlakyProxy proxy(1);  // nothing listens there
  const auto follow =
      Start({"--", "--timeout", "300ms"}, {"CACHE_INVALIDATION_ENDPOINT=" + proxy.endpoint()});
  Insert(1, 1);
  AwaitErrorLine(*follow, "attempt 2 follows");
  Insert(2, 2);
  proxy.SetTarget(port());
  EXPECT_TRUE(absl::StrContains(Told(2), "  " + Tag(2) + " "));
  EXPECT_TRUE(WasTold(1));
}

TEST_F(FollowSlotTest, ADatabaseThatIsAwayIsWaitedFor) {
  CreateSlot();
  const auto follow = Start({});
  Insert(1, 1);
  Told(1);
  cluster_->Stop();
  AwaitErrorLine(*follow, "attempt 2 follows");
  cluster_->Start();
  sql_ = Connected(*cluster_);
  Insert(2, 2);
  EXPECT_TRUE(absl::StrContains(Told(2), "  " + Tag(2) + " "));
}

TEST_F(FollowSlotTest, ErrorsOfTheDatabaseEndItOnlyWithOnce) {
  const Ended ended = FollowOnce({}, {"PGDATABASE=nowhere"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(absl::StrContains(ended.err, "database \"nowhere\" does not exist")) << ended.err;
  const auto follow = Start({}, {"PGDATABASE=nowhere"});
  AwaitErrorLine(*follow, "attempt 3 follows");
  follow->Signal(SIGINT);
  EXPECT_EQ(follow->Wait().code, 0);
}

TEST_F(FollowSlotTest, ASignalStopsItAndItsProgramsInTheMiddle) {
  CreateSlot();
  Insert(1, 1);
  const std::string before = SlotField("confirmed_flush_lsn");
  const StandIn cachectl("echo middle $$ >&2; exec sleep 1000");
  const auto follow = Start({}, cachectl.environment());
  const std::vector<std::string> words = absl::StrSplit(follow->ReadErrorLine(), ' ');
  ASSERT_EQ(words.size(), 2u);
  follow->Signal(SIGTERM);
  EXPECT_EQ(follow->Wait().code, 0);
  pid_t pid = 0;
  ASSERT_TRUE(absl::SimpleAtoi(words[1], &pid));
  EXPECT_TRUE(kill(pid, 0) != 0 && errno == ESRCH) << "nothing is left behind";
  EXPECT_EQ(SlotField("confirmed_flush_lsn"), before);
}

TEST_F(FollowSlotTest, TwoOnOneSlotLoseNothing) {
  CreateSlot();
  const auto first = Start({"--changes", "5"});
  const auto second = Start({"--changes", "3"});
  for (int id = 1; id <= 50; ++id) Insert(id, id);
  std::string told;
  for (int seen = 50; !absl::StrContains(told, "  " + Tag(50) + " "); ++seen) told = Told(seen);
  for (int id = 1; id <= 50; ++id) {
    EXPECT_TRUE(absl::StrContains(told, "  " + Tag(id) + " ")) << id;
  }
}

// Its row is in the log already, but nobody can read it yet: a cache that heard of it now would
// load the old value.
TEST_F(FollowSlotTest, ACommitThatWaitsForAStandbyIsNotToldBeforeItCanBeRead) {
  CreateSlot();
  Execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  Execute("SELECT pg_reload_conf()");
  Program waiting(
      {PostgresCluster::Program("psql"), "-Xqc", "INSERT INTO " + name_ + " VALUES (1)"},
      FollowEnvironment(*cluster_, endpoint()));
  const std::string who = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  while (Execute("SELECT count(*) " + who) != "1") continue;
  EXPECT_EQ(FollowOnce().code, 0);
  EXPECT_EQ(Head(), 0);
  Execute("ALTER SYSTEM RESET synchronous_standby_names");
  Execute("SELECT pg_reload_conf()");
  EXPECT_EQ(waiting.Wait().code, 0);
  EXPECT_EQ(FollowOnce().code, 0);
  EXPECT_TRUE(WasTold(1));
}

TEST_F(FollowSlotTest, ValuesHaveOneTextWhateverTheRoleIsSetTo) {
  CreateSlot();
  Execute("ALTER TABLE " + name_ +
          " ADD moment timestamptz, ADD span interval, "
          "DROP CONSTRAINT " +
          name_ + "_pkey, ADD PRIMARY KEY (id, moment, span)");
  Execute(
      "ALTER ROLE postgres SET datestyle = german; ALTER ROLE postgres SET timezone = Japan; "
      "ALTER ROLE postgres SET intervalstyle = iso_8601");
  Execute("INSERT INTO " + name_ + " VALUES (1, '2024-01-02 03:04:05+00', '1 day')");
  EXPECT_EQ(FollowOnce().code, 0);
  Execute("ALTER ROLE postgres RESET ALL");
  EXPECT_TRUE(absl::StrContains(Told(Head()), name_ + ":1,2024-01-02 03:04:05+00,1 day "))
      << Told(Head());
}

TEST_F(FollowSlotTest, WhatOtherDatabasesWriteIsNotKept) {
  CreateSlot();
  Insert(1, 1);
  ASSERT_EQ(FollowOnce().code, 0);
  Execute("CREATE DATABASE other_" + name_);
  ExecuteIn("other_" + name_,
            "CREATE TABLE t AS SELECT repeat('x', 1000) FROM generate_series(1, 5000)");
  const std::string end = Execute("SELECT pg_current_wal_flush_lsn()");
  ASSERT_EQ(FollowOnce().code, 0);
  EXPECT_EQ(Execute("SELECT confirmed_flush_lsn >= '" + end +
                    "' FROM pg_replication_slots WHERE slot_name = '" + name_ + "'"),
            "t");
  Execute("DROP DATABASE other_" + name_);
}

TEST_F(FollowSlotTest, ATextWithoutAFormInUtf8IsUnknownAndHoldsNothingUp) {
  const std::string database = "bytes_" + name_;
  Execute("CREATE DATABASE " + database + " ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
  ExecuteIn(database, "CREATE TABLE " + name_ + " (id int PRIMARY KEY, who text)");
  ExecuteIn(database, "SELECT pg_create_logical_replication_slot('" + name_ + "', 'wal2json')");
  Ok({"rule", "register", "r", "--trigger", name_, "--invalidate", "who:{context.who}"});
  // The first is not UTF-8; the second is, but of characters that the database may mean otherwise.
  ExecuteIn(database, "INSERT INTO " + name_ + " VALUES (1, E'\\xfc')");
  ExecuteIn(database, "INSERT INTO " + name_ + " VALUES (2, E'\\xc3\\xa9')");
  ExecuteIn(database, "INSERT INTO " + name_ + " VALUES (3, 'plain')");
  const Ended ended = FollowOnce({}, {"PGDATABASE=" + database});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(absl::StrContains(ended.err, "unknown")) << ended.err;
  const std::string told = Told(Head());
  for (const std::string& tag : {Tag(1), Tag(2), Tag(3), std::string("who:plain")}) {
    EXPECT_TRUE(absl::StrContains(told, tag + " ")) << tag << " in " << told;
  }
  EXPECT_FALSE(absl::StrContains(told, "who:\xc3\xa9")) << told;
  ExecuteIn(database, "SELECT pg_drop_replication_slot('" + name_ + "')");
  Execute("DROP DATABASE " + database);
}

TEST_F(FollowSlotTest, OptionsReachWal2JsonAndIngest) {
  CreateSlot();
  Insert(1, 1);
  EXPECT_EQ(FollowOnce({"--plugin-option", "filter-tables=public." + name_}).code, 0);
  EXPECT_EQ(Head(), 0);
  Insert(2, 2);
  const Ended ended = FollowOnce({"--", "--format", "nonsense"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(absl::StrContains(ended.err, "nonsense")) << ended.err;
}

TEST_F(FollowSlotTest, AWrongCommandLineIsRefused) {
  for (const Strings& arguments : std::vector<Strings>{{"--changes", "many"},
                                                       {"--changes"},
                                                       {"--pause", "-1"},
                                                       {"--slot", "x'; DROP TABLE t; --"},
                                                       {"--slot", ""},
                                                       {"--plugin-option", "a='b'"},
                                                       {"--plugin-option", "nothing"},
                                                       {"--plugin-option", "include-lsn=0"},
                                                       {"--nonsense"}}) {
    const Ended ended = FollowOnce(arguments);
    EXPECT_EQ(ended.code, 2) << arguments.front();
    EXPECT_NE(ended.err, "");
  }
  const Ended help = FollowOnce({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_TRUE(absl::StrContains(help.out, "Exit codes:")) << help.out;
  EXPECT_FALSE(absl::StrContains(help.out, "pipefail")) << help.out;
}

}  // namespace
}  // namespace cache_invalidation
