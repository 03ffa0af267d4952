// SPDX-License-Identifier: Apache-2.0

// Every cached result against a real PostgreSQL: tests/truth/README.md describes what is compared.

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cachectl/wal2json.h"
#include "client/client.h"
#include "client/declarations.h"
#include "client/testing/fake_server.h"
#include "common/check.h"
#include "tests/connect/connector.h"
#include "tests/postgres/postgres_cluster.h"
#include "tests/postgres/sql_connection.h"
#include "tests/truth/cached_results.h"
#include "tests/truth/query_results.h"
#include "tests/truth/taken_back.h"
#include "tests/truth/tally.h"
#include "tests/truth/transactions.h"

ABSL_FLAG(std::string, identity, "mixed",
          "REPLICA IDENTITY of the tables: full, default or mixed.");
ABSL_FLAG(int, transactions, 700, "How many are to be committed.");
ABSL_FLAG(uint64_t, seed, 1, "Of everything that is random. 0: another one each time.");
ABSL_FLAG(bool, connector, false,
          "Has cache_invalidation_connect tell the service, instead of the reader of `cachectl "
          "ingest`.");
ABSL_FLAG(bool, unsynced, false, "Commits with synchronous_commit off.");
ABSL_FLAG(std::string, fault, "none",
          "A fault to put back, which must then be found: unknown_is_null, nan_is_null or "
          "array_is_text.");

namespace cache_invalidation::truth {
namespace {

constexpr int kShownMisses = 20;

[[noreturn]] void Fail(const absl::Status& status) {
  CheckFailed(status.ToString().c_str(), __FILE__, __LINE__);
}

template <typename Value>
Value Must(absl::StatusOr<Value> value) {
  if (!value.ok()) Fail(value.status());
  return *std::move(value);
}

std::string ReadFile(const std::string& name) {
  std::ifstream file("tests/truth/" + name);
  Check(file.good(), "the test's files are there");
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

client::Declarations Rules() { return Must(client::ParseDeclarations(ReadFile("rules.yaml"))); }

std::set<std::string> RulesWithCondition() {
  std::set<std::string> out;
  for (const auto& rule : Rules().rules) {
    if (!rule.condition.empty()) out.insert(rule.name);
  }
  return out;
}

std::vector<std::string> Settings() {
  std::vector<std::string> settings = {"jit = off"};  // it would compile the queries each time
  if (absl::GetFlag(FLAGS_unsynced)) {
    settings.push_back("synchronous_commit = off");
    settings.push_back("wal_writer_delay = 10ms");
  }
  return settings;
}

// A database, the service, and the caches of an application.
class Trial {
 public:
  explicit Trial(uint64_t seed) : random_transactions_(seed), tally_(RulesWithCondition()) {
    writer_ = Must(SqlConnection::Connect(cluster_.connection_string()));
    reader_ = Must(SqlConnection::Connect(cluster_.connection_string()));
    Must(writer_->Run(ReadFile("schema.sql")));
    SetIdentities();
    for (const Statement& statement : random_transactions_.Fill()) {
      Must(writer_->Run(statement.sql));
    }
    Must(client_.ApplyDeclarations(Rules()));
    FollowLog();
    results_ = std::make_unique<QueryResults>(*writer_);
    caches_ = std::make_unique<CachedResults>(client_, tally_);
    const client::Position position = Must(client_.GetInvalidationStats()).position;
    Check(caches_->Await(position), "the caches reach the service");
    Check(caches_->Fill(results_->Now(), position), "every result is cached");
  }

  void Run(int transactions, Fault fault) {
    while (committed_ < transactions) {
      const Transaction transaction = random_transactions_.Next();
      if (!Execute(transaction)) continue;
      ++committed_;
      const client::Position position = Tell(fault);
      const std::vector<QueryResult> now = results_->Now();
      ASSERT_TRUE(caches_->Await(position));
      const std::string events = caches_->EventsAsText();
      const std::vector<std::string> misses = caches_->Misses(now);
      if (!misses.empty()) Show(transaction, misses, events);
      ASSERT_TRUE(caches_->Fill(now, position)) << "after transaction " << committed_;
    }
  }

  const Tally& tally() const { return tally_; }

  void Report() const {
    std::cout << tally_.Report() << "\n"
              << QueryKinds().size() << " kinds of queries, " << results_->Now().size()
              << " results\n"
              << committed_ << " transactions committed, " << rolled_back_ << " rolled back, "
              << failed_ << " failed; " << tally_.changed() << " results changed, "
              << tally_.missed() << " of them missed\n";
  }

 private:
  void SetIdentities() {
    const std::string identity = absl::GetFlag(FLAGS_identity);
    Check(identity == "full" || identity == "default" || identity == "mixed", "a known identity");
    const auto tables = Must(writer_->Run(
        "SELECT c.oid::regclass::text, row_number() OVER (ORDER BY c.oid) % 2 FROM pg_class c JOIN "
        "pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'billing') AND "
        "c.relkind IN ('r', 'p')"));
    for (const SqlRow& table : tables) {
      if (identity == "full" || (identity == "mixed" && *table[1] == "1")) {
        Must(writer_->Run("ALTER TABLE " + *table[0] + " REPLICA IDENTITY FULL"));
      }
    }
    if (identity == "mixed") {
      Must(
          writer_->Run("ALTER TABLE \"odd-names\" REPLICA IDENTITY USING INDEX "
                       "\"odd-names_number_key\""));
    }
  }

  // Whether it was committed.
  bool Execute(const Transaction& transaction) {
    Must(writer_->Run("BEGIN"));
    for (const Statement& statement : transaction.statements) {
      const auto rows = writer_->Run(statement.sql);
      const absl::Status copied = rows.ok() && !statement.copy_into.empty()
                                      ? Copy(statement.copy_into, *rows)
                                      : absl::OkStatus();
      if (rows.ok() && copied.ok()) continue;
      if (absl::StartsWith(rows.status().message(), "42")) Fail(rows.status());  // our mistake
      Must(writer_->Run("ROLLBACK"));
      ++failed_;
      return false;
    }
    Must(writer_->Run(transaction.is_rolled_back ? "ROLLBACK" : "COMMIT"));
    rolled_back_ += transaction.is_rolled_back ? 1 : 0;
    return !transaction.is_rolled_back;
  }

  absl::Status Copy(const std::string& into, const std::vector<SqlRow>& rows) {
    std::string lines;
    for (const SqlRow& row : rows) {
      std::vector<std::string> values;
      for (const auto& value : row) {
        values.push_back(value ? absl::StrReplaceAll(*value, {{"\\", "\\\\"}, {"\n", "\\n"}})
                               : "\\N");
      }
      absl::StrAppend(&lines, absl::StrJoin(values, "\t"), "\n");
    }
    return writer_->Copy("COPY " + into + " FROM STDIN", lines);
  }

  std::vector<std::string> ReadChanges() {
    // Each call decodes from where the slot can restart, which only checkpoints move.
    if (committed_ % 20 == 0) Must(reader_->Run("CHECKPOINT"));
    const auto rows =
        Must(reader_->Run("SELECT data FROM pg_logical_slot_get_changes('truth', NULL, NULL, "
                          "'format-version', '2', 'include-pk', '1')"));
    std::vector<std::string> out;
    for (const SqlRow& row : rows) out.push_back(*row[0]);
    return out;
  }

  // From here on, what is committed is told.
  void FollowLog() {
    if (!absl::GetFlag(FLAGS_connector)) {
      Must(reader_->Run("SELECT pg_create_logical_replication_slot('truth', 'wal2json')"));
      return;
    }
    Must(reader_->Run("CREATE PUBLICATION cache_invalidation FOR ALL TABLES"));
    connector_.emplace(ConnectorSetting{.connection = cluster_.connection_string(),
                                        .endpoint = server_.endpoint()});
    connector_->StartAndAwaitReady();
  }

  // Returns when the last transaction is told, with a position behind it; what would be gathered is
  // sent at once.
  client::Position Tell(Fault fault) {
    if (connector_.has_value()) {
      connector_->AwaitTold(*Must(reader_->Run("SELECT pg_current_wal_insert_lsn()"))[0][0]);
    } else {
      TellAsIngest(fault);
    }
    return Must(client_.FlushPendingInvalidations()).position;
  }

  void TellAsIngest(Fault fault) {
    changes_ = ReadChanges();
    for (const std::string& line : changes_) {
      auto told = Must(changes_reader_.Add(line));
      if (!told || (told->writes.empty() && !told->everything)) continue;
      Check(!told->everything, "transactions are small, and all lines can be read");
      PutBack(fault, told->writes);
      Must(client_.InvalidateByWrites(std::move(told->writes)));
    }
    Check(changes_reader_.unreadable_lines() == 0, "all lines can be read");
  }

  void Show(const Transaction& transaction, const std::vector<std::string>& misses,
            const std::string& events) {
    if (++shown_ > kShownMisses) return;
    std::cout << "\nMISSED in transaction " << committed_ << ": " << absl::StrJoin(misses, ", ")
              << "\n";
    for (const Statement& statement : transaction.statements) {
      std::cout << "  " << statement.sql << (statement.copy_into.empty() ? "" : " -> ")
                << statement.copy_into << ";\n";
    }
    for (const std::string& change : changes_) std::cout << "  " << change << "\n";
    std::cout << events;
  }

  PostgresCluster cluster_{Settings()};
  Transactions random_transactions_;
  client::FakeServer server_;
  client::Client client_{server_.Connect({.deadline = absl::Seconds(60)})};
  Tally tally_;
  std::unique_ptr<SqlConnection> writer_;
  std::unique_ptr<SqlConnection> reader_;
  std::optional<Connector> connector_;
  cachectl::Wal2JsonReader changes_reader_;
  std::unique_ptr<QueryResults> results_;
  std::unique_ptr<CachedResults> caches_;
  std::vector<std::string> changes_;  // of the last transaction
  int committed_ = 0;
  int rolled_back_ = 0;
  int failed_ = 0;
  int shown_ = 0;  // transactions
};

TEST(TruthTest, EveryChangedResultIsInvalidated) {
  uint64_t seed = absl::GetFlag(FLAGS_seed);
  if (seed == 0) seed = std::random_device()();
  const auto fault = FaultOf(absl::GetFlag(FLAGS_fault));
  ASSERT_TRUE(fault.has_value()) << "unknown fault";
  std::cout << "--identity=" << absl::GetFlag(FLAGS_identity) << " --seed=" << seed
            << (absl::GetFlag(FLAGS_connector) ? " --connector" : "")
            << (absl::GetFlag(FLAGS_unsynced) ? " --unsynced" : "") << std::endl;
  Trial trial(seed);
  trial.Run(absl::GetFlag(FLAGS_transactions), *fault);
  trial.Report();
  if (*fault != Fault::kNone) {
    EXPECT_GT(trial.tally().missed(), 0u) << "the fault was not found";
    return;
  }
  EXPECT_EQ(trial.tally().missed(), 0u) << "--seed=" << seed;
  if (absl::GetFlag(FLAGS_transactions) >= 1000) {
    EXPECT_EQ(absl::StrJoin(trial.tally().UntestedKinds(), ", "), "") << "--seed=" << seed;
  }
}

}  // namespace
}  // namespace cache_invalidation::truth

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
