// SPDX-License-Identifier: Apache-2.0

// The waiting guarantee, observed from outside: the real server and caches as processes. Once a
// call has returned and no subscriber was late, no cache serves the old value, although caches are
// stopped for longer than their leases and then continue with what was buffered for them,
// connections are lost or become silent, and the server is killed or suspended.

#include <csignal>
#include <cstdint>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "client/client.h"
#include "client/testing/flaky_proxy.h"
#include "gtest/gtest.h"
#include "tests/crash/cache_process.h"
#include "tests/crash/flags.h"
#include "tests/support/mortal_server.h"
#include "tests/support/pause.h"
#include "tests/support/program.h"

namespace cache_invalidation {
namespace {

constexpr absl::Duration kLease = absl::Seconds(1);
constexpr uint32_t kCaches = 4;
constexpr int kRounds = 20;
constexpr int kWritesPerRound = 3;

class WaitingProcessesTest : public testing::Test {
 protected:
  WaitingProcessesTest() {
    for (uint32_t i = 0; i < kCaches; ++i) {
      networks_.push_back(std::make_unique<client::FlakyProxy>(server_.proxy().port()));
      caches_.push_back(StartCacheProcess({.board = board_file_,
                                           .number = i,
                                           .endpoint = networks_.back()->endpoint(),
                                           .lease = kLease}));
    }
  }

  // One thing goes wrong, or is well again.
  void Disturb() {
    const uint32_t chosen = random_() % kCaches;
    switch (random_() % 8) {
      case 0:
      case 1:
        caches_[chosen]->Signal(SIGSTOP);
        standing_.insert(chosen);
        break;
      case 2:
        networks_[chosen]->Freeze(true);
        standing_.insert(chosen);
        break;
      case 3:
        networks_[chosen]->DropConnections();
        break;
      case 4:
        server_.Kill();
        server_.Start();
        break;
      case 5:
        server_.Signal(SIGSTOP);
        Pause(absl::Milliseconds(random_() % 1'500));
        server_.Signal(SIGCONT);
        break;
      default:
        GoOn();
        break;
    }
  }

  // Everybody who stands still goes on, with what was buffered meanwhile.
  void GoOn() {
    for (const uint32_t cache : standing_) {
      caches_[cache]->Signal(SIGCONT);
      networks_[cache]->Freeze(false);
    }
    standing_.clear();
  }

  void WriteOnce() {
    const uint64_t value = ++board_->database;
    const auto result =
        writer_.Invalidate({.tags = {"value"}, .wait = client::WaitForSubscribers{}});
    ASSERT_TRUE(result.ok()) << result.status();
    lapsed_ += result->waiting->lapsed.size();
    if (!result->waiting->complete()) return;
    board_->told_to_all = value;
    ++complete_;
  }

  const std::string board_file_ =
      ::testing::TempDir() + "/board." + std::to_string(absl::GetFlag(FLAGS_seed));
  SharedBoard board_{board_file_};
  MortalServer server_{{"--longest_earlier_lease=" + absl::FormatDuration(kLease)}};
  std::vector<std::unique_ptr<client::FlakyProxy>> networks_;
  std::vector<std::unique_ptr<Program>> caches_;
  std::set<uint32_t> standing_;
  client::Client writer_{
      client::MakeConnection(server_.endpoint(), {.deadline = absl::Minutes(1)})};
  std::mt19937 random_{absl::GetFlag(FLAGS_seed)};
  int complete_ = 0;
  uint64_t lapsed_ = 0;
};

TEST_F(WaitingProcessesTest, NoCacheServesTheOldValueOnceTheCallHasReturned) {
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    Disturb();
    for (int i = 0; i < kWritesPerRound; ++i) WriteOnce();
  }
  GoOn();
  uint64_t hits = 0;
  for (uint32_t cache = 0; cache < kCaches; ++cache) {
    hits += board_->caches[cache].hits;
    EXPECT_EQ(board_->caches[cache].wrong, 0u) << "cache " << cache;
  }
  EXPECT_GT(hits, 100u);
  EXPECT_GT(lapsed_, 0u);
  EXPECT_GT(complete_, kRounds) << "most of them";
  std::cout << complete_ << " calls waited for all, " << lapsed_ << " leases lapsed, " << hits
            << " hits\n";
}

}  // namespace
}  // namespace cache_invalidation
