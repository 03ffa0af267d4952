// SPDX-License-Identifier: Apache-2.0

// A process is killed between its commit and its report: what it committed is reported by the next
// one, and no cache keeps the old value.

#include <sqlite3.h>

#include <csignal>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

using client::Client;
using client::Load;
using client::TaggedCache;

constexpr int kProducts = 10;
constexpr int kRounds = 25;
constexpr int kChanges = 40;

class KillTest : public testing::Test {
 protected:
  KillTest() {
    EXPECT_EQ(sqlite3_open(path_.c_str(), &database_), SQLITE_OK);
    sqlite3_busy_timeout(database_, 5000);
    EXPECT_TRUE(cache_.AwaitLive(absl::Minutes(1)));
  }
  ~KillTest() override { sqlite3_close(database_); }

  // Starts the program. It has sent what was left when this returns. Returns what it says of that.
  std::string Start() {
    program_ = std::make_unique<Program>(
        std::vector<std::string>{"examples/outbox_table_program", server_.endpoint(), path_});
    return program_->ReadLine();
  }

  void Kill() {
    program_->Signal(SIGKILL);
    program_->Wait();
  }

  int InDatabase(int id) {
    sqlite3_stmt* select = nullptr;
    const std::string sql = absl::StrCat("SELECT price FROM products WHERE id = ", id);
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &select, nullptr), SQLITE_OK);
    const int price = sqlite3_step(select) == SQLITE_ROW ? sqlite3_column_int(select, 0) : 0;
    sqlite3_finalize(select);
    return price;
  }

  int InCache(int id) {
    const auto load = [&](Load& load) {
      load.AddTag(absl::StrCat("product:", id));
      return InDatabase(id);
    };
    const auto price = cache_.GetOrLoad(absl::StrCat("price:", id), load);
    EXPECT_TRUE(price.ok()) << price.status();
    return price.ok() ? **price : -1;
  }

  // Blocks until the cache has applied everything that was reported.
  void AwaitReports() {
    EXPECT_TRUE(cache_.AwaitApplied(client_.GetInvalidationStats()->position, absl::Minutes(1)));
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/products.db";
  sqlite3* database_ = nullptr;
  client::FakeServer server_;
  const Client client_{server_.Connect()};
  TaggedCache<int> cache_{client_, {.name = "test"}};
  std::unique_ptr<Program> program_;
};

TEST_F(KillTest, BetweenCommitAndReport) {
  EXPECT_EQ(Start(), "sent 0");
  program_->Send("price 1 10\nsend\n");
  EXPECT_EQ(program_->ReadLine(), "committed 1");
  EXPECT_EQ(program_->ReadLine(), "sent 1");
  AwaitReports();
  EXPECT_EQ(InCache(1), 10);

  program_->Send("price 1 20\n");
  EXPECT_EQ(program_->ReadLine(), "committed 1");
  Kill();
  EXPECT_EQ(InDatabase(1), 20);
  AwaitReports();
  EXPECT_EQ(InCache(1), 10) << "nobody has reported it";

  EXPECT_EQ(Start(), "sent 1");
  AwaitReports();
  EXPECT_EQ(InCache(1), 20);
}

TEST_F(KillTest, WhileItReports) {
  EXPECT_EQ(Start(), "sent 0");
  AwaitReports();
  program_->Send("price 1 10\n");
  EXPECT_EQ(program_->ReadLine(), "committed 1");
  EXPECT_EQ(InCache(1), 10);
  program_->Send("price 1 20\n");
  EXPECT_EQ(program_->ReadLine(), "committed 1");
  server_.Freeze();
  program_->Send("send\n");
  Kill();
  server_.Thaw();
  EXPECT_EQ(Start(), "sent 2");
  AwaitReports();
  EXPECT_EQ(InCache(1), 20);
}

TEST_F(KillTest, AnywhereUnderLoad) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  Start();
  for (int round = 1; round <= kRounds; ++round) {
    std::string commands;
    for (int i = 0; i < kChanges; ++i) {
      absl::StrAppend(&commands, "price ", random() % kProducts, " ", round * 1000 + i, "\n");
      if (random() % 2 == 0) absl::StrAppend(&commands, "send\n");
    }
    program_->Send(commands);
    for (int id = 0; id < kProducts; ++id) InCache(id);
    const size_t lines = random() % kChanges;
    for (size_t line = 0; line < lines; ++line) program_->ReadLine();
    Kill();
    EXPECT_EQ(Start().substr(0, 5), "sent ");
    AwaitReports();
    for (int id = 0; id < kProducts; ++id) EXPECT_EQ(InCache(id), InDatabase(id)) << id;
  }
}

}  // namespace
}  // namespace cache_invalidation
