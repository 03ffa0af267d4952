// SPDX-License-Identifier: Apache-2.0

// The service, follow_slot, its programs and PostgreSQL are killed, stopped and restarted under
// load, run as described in docs/postgresql.md. Every committed row is notified, and no other;
// duplicates are counted.
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
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "common/check.h"
#include "gtest/gtest.h"
#include "tests/postgres/follow_slot.h"
#include "tests/postgres/load.h"
#include "tests/postgres/told.h"
#include "tests/support/mortal_server.h"
#include "tests/support/pause.h"
#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

ABSL_FLAG(int, kills, 2, "How often each of them is killed.");
ABSL_FLAG(uint32_t, seed, 0, "Of everything that is random. 0: another one each time.");

namespace cache_invalidation {
namespace {

using Mode = PostgresCluster::StopMode;

constexpr int kWriters = 3;
// At most so many rows are told of between two deaths, and so much time passes after the last.
constexpr uint32_t kMostRows = 200;
constexpr uint32_t kMostMilliseconds = 100;

class KillTest : public ::testing::Test {
 protected:
  KillTest()
      : random_(absl::GetFlag(FLAGS_seed)),
        client_(client::MakeConnection(server_.endpoint())),
        told_(client_, "item") {
    Sql(*Connected(cluster_), "SELECT pg_create_logical_replication_slot('follow', 'wal2json')");
    load_ = std::make_unique<Load>(cluster_, kWriters, absl::GetFlag(FLAGS_seed));
    StartFollowing();
  }

  void StartFollowing() {
    const std::string log = directory_.path() + "/follow.log";  // what it says
    follow_ = std::make_unique<Program>(
        std::vector<std::string>{"setsid", "bash", "-c", "exec \"$@\" 2>>\"$0\"", log,
                                 "examples/postgresql/follow_slot", "--slot", "follow", "--pause",
                                 "0.1", "--changes", "500"},
        FollowEnvironment(cluster_, server_.endpoint()));
  }

  absl::Duration Moment() { return absl::Milliseconds(random_() % kMostMilliseconds); }

  // One death of each kind, and what brings it back.
  void KillService() {
    server_.Kill();
    Pause(Moment());
    server_.Start();
  }
  void KillFollowing() {
    kill(-follow_->pid(), SIGKILL);
    follow_->Wait();
    StartFollowing();
  }
  void StopFollowing() {
    follow_->Signal(SIGTERM);
    EXPECT_EQ(follow_->Wait().code, 0);
  }
  void KillChild(const std::string& name) {
    std::vector<pid_t> children;
    while (children.empty()) {
      Pause(absl::Milliseconds(1));
      children = ChildrenOf(follow_->pid(), name);
    }
    for (const pid_t child : children) kill(child, SIGKILL);
  }

  // Kills it as often as it should, each time after something was told.
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
              << " rows told again" << std::endl;
  }

  // Ends the load, has the rest told, and compares.
  void Compare() {
    load_->Stop();
    StopFollowing();
    const Ended last = RunProgram(FollowCommand({"--slot", "follow", "--once"}), "",
                                  FollowEnvironment(cluster_, server_.endpoint()));
    EXPECT_EQ(last.code, 0) << last.err;
    const auto stats = client_.GetInvalidationStats();
    ASSERT_TRUE(stats.ok()) << stats.status();
    told_.AwaitRevision(stats->position.revision);
    std::map<int64_t, int> told = told_.rows();
    const auto rows = Connected(cluster_)->Run("SELECT id FROM item");
    ASSERT_TRUE(rows.ok()) << rows.status();
    uint64_t lost = 0;
    for (const SqlRow& row : *rows) {
      int64_t id = 0;
      Check(absl::SimpleAtoi(row[0].value(), &id), "an id is a number");
      if (told.erase(id) == 0 && ++lost <= 10) ADD_FAILURE() << "never told of row " << id;
    }
    EXPECT_EQ(lost, 0u);
    EXPECT_TRUE(told.empty()) << told.size() << " rows were told of that were never committed";
    std::cout << load_->committed() << " transactions, " << rows->size() << " rows, " << lost
              << " lost, " << told_.duplicates() << " told again, and " << told_.coarse()
              << " times more than a row" << std::endl;
  }

  std::mt19937 random_;
  PostgresCluster cluster_;
  const TemporaryDirectory directory_;
  MortalServer server_;
  client::Client client_;
  Told told_;
  std::unique_ptr<Load> load_;
  std::unique_ptr<Program> follow_;
};

TEST_F(KillTest, NothingIsLost) {
  Kill("service, killed", [this] { KillService(); });
  Kill("follow_slot with its programs, killed", [this] { KillFollowing(); });
  Kill("follow_slot, stopped", [this] {
    StopFollowing();
    StartFollowing();
  });
  Kill("cachectl ingest, killed", [this] { KillChild("cachectl"); });
  Kill("psql, killed", [this] { KillChild("psql"); });
  Kill("PostgreSQL, fast restart", [this] { cluster_.Restart(Mode::kFast); });
  Kill("PostgreSQL, immediate restart", [this] { cluster_.Restart(Mode::kImmediate); });
  Compare();
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
