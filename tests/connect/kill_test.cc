// The service, the connector and PostgreSQL are killed, stopped and restarted under load. Every
// committed row is reported, and no other; duplicates are counted.
//
//   kill_test --kills=20 [--seed=N]

#include <signal.h>

#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "common/check.h"
#include "gtest/gtest.h"
#include "tests/connect/connector.h"
#include "tests/postgres/follow_slot.h"
#include "tests/postgres/load.h"
#include "tests/postgres/told.h"
#include "tests/support/mortal_server.h"
#include "tests/support/pause.h"

ABSL_FLAG(int, kills, 2, "How often each of them is killed.");
ABSL_FLAG(uint32_t, seed, 0, "Of everything that is random. 0: another one each time.");

namespace cache_invalidation {
namespace {

using Mode = PostgresCluster::StopMode;

constexpr int kWriters = 3;
// At most so many rows are reported between two deaths, and so much time passes after the last.
constexpr uint32_t kMostRows = 200;
constexpr uint32_t kMostMilliseconds = 100;

class KillTest : public ::testing::Test {
 protected:
  KillTest()
      : random_(absl::GetFlag(FLAGS_seed)),
        client_(client::MakeConnection(server_.endpoint())),
        told_(client_, "item"),
        connector_({.connection = cluster_.connection_string(), .endpoint = server_.endpoint()}) {
    load_ = std::make_unique<Load>(cluster_, kWriters, absl::GetFlag(FLAGS_seed));
    Sql(*Connected(cluster_), "CREATE PUBLICATION cache_invalidation FOR TABLE item");
    connector_.StartAndAwaitReady();
    // What was committed before is covered by everything, and not reported row by row.
    for (const SqlRow& row : Rows()) before_[IdOf(row)] = 1;
  }

  absl::Duration Moment() { return absl::Milliseconds(random_() % kMostMilliseconds); }
  std::vector<SqlRow> Rows() {
    const auto rows = Connected(cluster_)->Run("SELECT id FROM item");
    Check(rows.ok(), "rows can be read");
    return *rows;
  }
  static int64_t IdOf(const SqlRow& row) {
    int64_t id = 0;
    Check(absl::SimpleAtoi(row[0].value(), &id), "an id is a number");
    return id;
  }

  void Kill(const std::string& whom, const std::function<void()>& once) {
    const uint64_t duplicates = told_.duplicates();
    const int kills = absl::GetFlag(FLAGS_kills);
    for (int i = 0; i < kills; ++i) {
      told_.AwaitMore(1 + random_() % kMostRows);
      Pause(Moment());
      once();
    }
    told_.AwaitMore(kMostRows);
    std::cout << whom << ": " << kills << " times, " << told_.duplicates() - duplicates
              << " rows reported again" << std::endl;
  }

  // Ends the load, has the rest reported, and compares.
  void Compare() {
    load_->Stop();
    connector_.AwaitTold(Sql(*Connected(cluster_), "SELECT pg_current_wal_lsn()"));
    const auto stats = client_.GetInvalidationStats();
    ASSERT_TRUE(stats.ok()) << stats.status();
    told_.AwaitRevision(stats->position.revision);
    std::map<int64_t, int> told = told_.rows();
    uint64_t lost = 0;
    const std::vector<SqlRow> rows = Rows();
    for (const SqlRow& row : rows) {
      const int64_t id = IdOf(row);
      if (told.erase(id) == 0 && before_.count(id) == 0 && ++lost <= 10) {
        ADD_FAILURE() << "never told of row " << id;
      }
    }
    EXPECT_EQ(lost, 0u);
    EXPECT_TRUE(told.empty()) << told.size() << " rows were reported that were never committed";
    std::cout << load_->committed() << " transactions, " << rows.size() << " rows, " << lost
              << " lost, " << told_.duplicates() << " reported again, and " << told_.coarse()
              << " times more than a row" << std::endl;
  }

  std::mt19937 random_;
  PostgresCluster cluster_;
  MortalServer server_;
  client::Client client_;
  Told told_;
  Connector connector_;
  std::unique_ptr<Load> load_;
  std::map<int64_t, int> before_;
};

TEST_F(KillTest, NothingIsLost) {
  const uint64_t coarse = told_.coarse();
  Kill("service, killed", [this] {
    server_.Kill();
    Pause(Moment());
    server_.Start();
  });
  Kill("connector, killed", [this] {
    connector_.Kill();
    connector_.Start();
  });
  Kill("connector, stopped", [this] {
    EXPECT_EQ(connector_.Stop().code, 0);
    connector_.Start();
  });
  Kill("PostgreSQL, fast restart", [this] { cluster_.Restart(Mode::kFast); });
  Kill("PostgreSQL, immediate restart", [this] { cluster_.Restart(Mode::kImmediate); });
  Compare();
  EXPECT_LE(told_.coarse(), coarse + 1) << "everything, but for the first start";
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  if (absl::GetFlag(FLAGS_seed) == 0) absl::SetFlag(&FLAGS_seed, std::random_device{}() | 1);
  std::cout << "--seed=" << absl::GetFlag(FLAGS_seed) << std::endl;
  return RUN_ALL_TESTS();
}
