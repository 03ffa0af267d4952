// SPDX-License-Identifier: Apache-2.0

// The service, connectors of every kind, PostgreSQL, Redis and Varnish are killed, stopped and
// restarted at random under load. Every committed row is reported, and no other; duplicates are
// counted. No cache keeps an old value.
//
//   kill_test --kills=100 [--seed=N]

#include <signal.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "common/check.h"
#include "gtest/gtest.h"
#include "tests/connect/connector.h"
#include "tests/connect/refilled_caches.h"
#include "tests/postgres/follow_slot.h"
#include "tests/postgres/load.h"
#include "tests/postgres/told.h"
#include "tests/support/mortal_server.h"
#include "tests/support/pause.h"
#include "tests/support/probe.h"

ABSL_FLAG(int, kills, 9, "How often any of them is killed, in all.");
ABSL_FLAG(uint32_t, seed, 0, "Of everything that is random. 0: another one each time.");

namespace cache_invalidation {
namespace {

using Mode = PostgresCluster::StopMode;

constexpr int kWriters = 3;
// At most so many rows are reported between two deaths, and so much time passes after the last.
constexpr uint32_t kMostRows = 200;
constexpr uint32_t kMostMilliseconds = 100;
// The lease of a sink that was killed, the longest pause of one that failed, and what it missed.
constexpr absl::Duration kNewWithin = absl::Seconds(120);

struct Death {
  std::string whom;
  std::function<void()> once;
  int times = 0;
};

class KillTest : public ::testing::Test {
 protected:
  KillTest()
      : random_(absl::GetFlag(FLAGS_seed)),
        client_(client::MakeConnection(server_.endpoint())),
        told_(client_, "item"),
        caches_(cluster_, absl::GetFlag(FLAGS_seed)),
        source_({.connection = cluster_.connection_string(), .endpoint = server_.endpoint()}),
        redis_sink_(caches_.RedisSink(server_.endpoint())),
        varnish_sink_(caches_.VarnishSink(server_.endpoint())) {
    load_ = std::make_unique<Load>(cluster_, kWriters, absl::GetFlag(FLAGS_seed));
    Sql(*Connected(cluster_), "CREATE PUBLICATION cache_invalidation FOR TABLE item, price");
    source_.StartAndAwaitReady();
    redis_sink_.StartAndAwaitReady();
    varnish_sink_.StartAndAwaitReady();
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

  Death KillOf(const std::string& whom, Connector& connector) {
    return {whom + ", killed", [&connector] {
              connector.Kill();
              connector.Start();
            }};
  }
  // `program` has Kill and Start.
  template <typename Mortal>
  Death KillOf(const std::string& whom, Mortal& program) {
    return {whom + ", killed", [this, &program] {
              program.Kill();
              Pause(Moment());
              program.Start();
            }};
  }
  std::vector<Death> Deaths() {
    return {KillOf("service", server_),
            KillOf("source", source_),
            KillOf("sink for Redis", redis_sink_),
            KillOf("sink for Varnish", varnish_sink_),
            KillOf("Redis", caches_.redis()),
            KillOf("Varnish", caches_.varnish()),
            {"source, stopped",
             [this] {
               EXPECT_EQ(source_.Stop().code, 0);
               source_.Start();
             }},
            {"PostgreSQL, killed", [this] { cluster_.Restart(Mode::kKill); }},
            {"PostgreSQL, fast restart", [this] { cluster_.Restart(Mode::kFast); }}};
  }

  // Each dies about as often as the others, in an order that is another one each time.
  void KillAll() {
    std::vector<Death> deaths = Deaths();
    for (int i = 0; i < absl::GetFlag(FLAGS_kills); ++i) {
      const size_t place = static_cast<size_t>(i) % deaths.size();
      if (place == 0) std::shuffle(deaths.begin(), deaths.end(), random_);
      Death& death = deaths[place];
      told_.AwaitMore(1 + random_() % kMostRows);
      Pause(Moment());
      death.once();
      ++death.times;
    }
    told_.AwaitMore(kMostRows);
    for (const Death& death : deaths) {
      std::cout << death.whom << ": " << death.times << " times" << std::endl;
    }
  }

  // Ends the load, has the rest reported, and compares.
  void CompareRows() {
    load_->Stop();
    source_.AwaitTold(Sql(*Connected(cluster_), "SELECT pg_current_wal_lsn()"));
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

  void CompareCaches() {
    caches_.Stop();
    const bool are_new = Eventually([this] { return caches_.Old().empty(); }, kNewWithin);
    const std::vector<std::string> old = caches_.Old();
    EXPECT_TRUE(are_new) << absl::StrJoin(old, "\n");
    std::cout << caches_.updates() << " updates, " << caches_.hits() << " values of caches read, "
              << old.size() << " old in the end" << std::endl;
  }

  std::mt19937 random_;
  PostgresCluster cluster_;
  MortalServer server_;
  client::Client client_;
  Told told_;
  RefilledCaches caches_;
  Connector source_;
  Connector redis_sink_;
  Connector varnish_sink_;
  std::unique_ptr<Load> load_;
  std::map<int64_t, int> before_;
};

TEST_F(KillTest, NothingIsLost) {
  const uint64_t coarse = told_.coarse();
  KillAll();
  CompareRows();
  CompareCaches();
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
