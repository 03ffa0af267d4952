// SPDX-License-Identifier: Apache-2.0

// Whatever happens to a file of a store: the server reports that it cannot serve it, or begins a
// new epoch, or everything that was acknowledged is there. No revision is used twice in one epoch.

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/persistence/damage.h"
#include "tests/persistence/persistent_server.h"

namespace cache_invalidation {
namespace {

using ::testing::ElementsAre;

enum class Found { kRefused, kNewEpoch, kEverything };

class DamageTest : public PersistentServerTest {
 protected:
  // So small that tables are written and the log has several files.
  DamageTest() { options_.memory_bytes = 128 << 10; }

  // Synced writes of which each was acknowledged; then the process is killed.
  void WriteAndKill(int writes) {
    Start();
    const std::string detail(300, 'x');
    for (int i = 1; i <= writes; ++i) {
      Ok(*writes_, &Writes::InvalidateByWrite,
         absl::StrCat("write { resource_type: 'order' resource_id: '", i, "' tags: 'list:", i, ":",
                      detail, "' }"));
      if (i % 20 == 0) {
        Ok(*rules_, &Rules::RegisterRule,
           absl::StrCat("rule { name: 'rule", i, "' trigger_tags: 'a' invalidate_tags: 'b' }"));
        Ok(*entries_, &Entries::TrackEntries,
           absl::StrCat("entries { key: 'key", i, "' tags: 'kept:", i, "' }"));
        keys_.push_back(absl::StrCat("key", i));
      }
      if (i == writes / 3) away_ = Position();
    }
    // The first subscriber's lease is noted whenever it is, but before what comes after it.
    (void)Resume(away_, Position().revision());
    Ok(*invalidations_, &Invalidations::Invalidate, "tags: 'last'");
    head_ = Position();
    picture_ = Picture(keys_);
    ExpectEverything();
    Kill();
  }

  // What somebody is sent who was away since `away_`.
  std::vector<std::string> Missed() { return Resume(away_, head_.revision()); }

  void ExpectEverything() {
    std::vector<std::string> missed = Missed();
    if (missed_.empty()) missed_ = missed;
    EXPECT_EQ(missed, missed_);
    EXPECT_EQ(missed.size(), 3 * (head_.revision() - away_.revision()) - 2);
  }

  // Every damage to every file.
  void DamageEachFile() {
    WriteAndKill(200);
    const std::vector<std::string> files = FilesBelow(directory_);
    EXPECT_GE(files.size(), 6u);
    for (const std::string& file : files) {
      for (const Damage damage : kAllDamages) {
        SCOPED_TRACE(absl::StrCat(file, ", ", DamageName(damage)));
        ++found_[StartDamaged(file, damage)];
      }
    }
    EXPECT_GE(found_[Found::kEverything], 10) << "of no consequence, most of it";
  }

  // The server on a copy of what was killed, with that file damaged.
  Found StartDamaged(const std::string& file, Damage damage) {
    const std::string killed = directory_;
    directory_ = directories_.emplace_back().path();
    CopyFiles(killed, directory_);
    Found found = Found::kEverything;
    if (Inflict(damage, directory_ + "/" + file)) found = StartOnWhatIsThere();
    std::filesystem::remove_all(directory_);
    directory_ = killed;
    return found;
  }

  Found StartOnWhatIsThere() {
    absl::StatusOr<std::unique_ptr<Server>> server = TryStart();
    if (!server.ok()) {
      const absl::Status& refused = server.status();
      EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused;
      EXPECT_TRUE(absl::StrContains(refused.message(), directory_)) << refused;
      EXPECT_FALSE(TryStart().ok()) << "once more: " << refused;
      TryNewEpoch();
      return Found::kRefused;
    }
    Use(*std::move(server));
    const Found found = StateOfEpoch();
    Stop();
    return found;
  }

  // What the server that runs makes of what it found.
  Found StateOfEpoch() {
    if (Position().epoch() != head_.epoch()) {
      for (const v1::Position& position : {away_, head_}) {
        EXPECT_THAT(Resume(position, Position().revision()),
                    ElementsAre("reset RESET_REASON_EPOCH"));
      }
      return Found::kNewEpoch;
    }
    EXPECT_EQ(Picture(keys_), picture_);
    if (Position().revision() != head_.revision()) {
      ADD_FAILURE() << "in the same epoch, and only up to revision " << Position().revision();
      return Found::kEverything;
    }
    ExpectEverything();
    EXPECT_GT(Ok(*invalidations_, &Invalidations::Invalidate, "tags: 'next'").position().revision(),
              head_.revision());
    return Found::kEverything;
  }

  // The way out of a refusal: it may lead nowhere, but never to old positions that look valid.
  void TryNewEpoch() {
    options_.new_epoch = true;
    absl::StatusOr<std::unique_ptr<Server>> server = TryStart();
    options_.new_epoch = false;
    if (!server.ok()) {
      EXPECT_TRUE(absl::StrContains(server.status().message(), directory_)) << server.status();
      return;
    }
    Use(*std::move(server));
    EXPECT_EQ(StateOfEpoch(), Found::kNewEpoch);
    Stop();
  }

  v1::Position away_;
  v1::Position head_;
  std::vector<std::string> keys_;
  std::vector<std::string> missed_;
  std::string picture_;
  std::map<Found, int> found_;
};

TEST_F(DamageTest, OfAFileNeverGoesUnnoticed) {
  DamageEachFile();
  EXPECT_GE(found_[Found::kRefused], 10);
}

// All that it holds is in its first log.
TEST_F(DamageTest, OfAFileOfAYoungStoreNeverGoesUnnoticed) {
  options_.memory_bytes = 64 << 20;
  DamageEachFile();
}

TEST_F(DamageTest, OfAFileOfAYoungStoreOfUnsyncedWritesNeverGoesUnnoticed) {
  options_.memory_bytes = 64 << 20;
  options_.durability = Durability::kAsync;
  DamageEachFile();
}

TEST_F(DamageTest, OfAFileOfUnsyncedWritesNeverGoesUnnoticed) {
  options_.durability = Durability::kAsync;
  DamageEachFile();
  EXPECT_GE(found_[Found::kNewEpoch], 5);
}

// The three that were served in the same epoch once.
class LostEndTest : public DamageTest, public ::testing::WithParamInterface<Damage> {};

TEST_P(LostEndTest, OfTheLogIsRefused) {
  WriteAndKill(100);
  ASSERT_TRUE(Inflict(GetParam(), NewestLogFile(directory_)));
  EXPECT_EQ(StartOnWhatIsThere(), Found::kRefused);
}

// What was not synced may be lost; that it was cannot be overlooked, though the machine still runs.
TEST_P(LostEndTest, OfAnUnsyncedLogBeginsANewEpoch) {
  options_.durability = Durability::kAsync;
  WriteAndKill(100);
  ASSERT_TRUE(Inflict(GetParam(), NewestLogFile(directory_)));
  Start();
  const EpochDecision decision = server_->epoch_decision();
  EXPECT_TRUE(decision == EpochDecision::kEndMissing || decision == EpochDecision::kNothingStored)
      << Explanation(decision);
  EXPECT_EQ(StateOfEpoch(), Found::kNewEpoch);
}

INSTANTIATE_TEST_SUITE_P(, LostEndTest,
                         ::testing::Values(Damage::kHalved, Damage::kZeroed, Damage::kRemoved,
                                           Damage::kFlippedInTheMiddle, Damage::kFlippedAtTheEnd),
                         [](const auto& info) {
                           std::string name = DamageName(info.param);
                           for (char& letter : name) {
                             if (letter == ' ') letter = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace cache_invalidation
