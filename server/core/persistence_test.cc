// SPDX-License-Identifier: Apache-2.0

#include "server/core/persistence.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/storage/memory_store.h"
#include "server/storage/rocksdb_store.h"

namespace cache_invalidation {
namespace {

constexpr Durability kSync = Durability::kSync;
constexpr Durability kAsync = Durability::kAsync;
constexpr Durability kMemory = Durability::kMemory;

RunRecord RunOf(Durability durability, const std::string& boot_id, bool stopped_cleanly) {
  return {.epoch = "e",
          .durability = durability,
          .boot_id = boot_id,
          .stopped_cleanly = stopped_cleanly};
}

TEST(EpochTest, GoesOnOnlyWhereNothingCanHaveBeenLost) {
  constexpr bool kCleanly = true;
  constexpr bool kKilled = false;
  const struct {
    const char* what;
    std::optional<RunRecord> last;
    Durability durability;
    std::string boot_id;
    bool asked;
    EpochDecision expected;
    bool end_missing = false;
  } rows[] = {
      {"first start", {}, kSync, "b", false, EpochDecision::kNothingStored},
      {"first start, asked", {}, kAsync, "b", true, EpochDecision::kNothingStored},

      {"synced, killed", RunOf(kSync, "b", kKilled), kSync, "b", false, EpochDecision::kGoesOn},
      {"synced, crashed", RunOf(kSync, "a", kKilled), kSync, "b", false, EpochDecision::kGoesOn},
      {"synced, stopped", RunOf(kSync, "a", kCleanly), kSync, "b", false, EpochDecision::kGoesOn},
      {"synced, boots unknown", RunOf(kSync, "", kKilled), kSync, "", false,
       EpochDecision::kGoesOn},

      {"async, killed", RunOf(kAsync, "b", kKilled), kAsync, "b", false, EpochDecision::kGoesOn},
      {"async, crashed", RunOf(kAsync, "a", kKilled), kAsync, "b", false, EpochDecision::kTailLost},
      {"async, stopped", RunOf(kAsync, "a", kCleanly), kAsync, "b", false, EpochDecision::kGoesOn},
      {"async, boot unknown now", RunOf(kAsync, "a", kKilled), kAsync, "", false,
       EpochDecision::kTailLost},
      {"async, boot unknown then", RunOf(kAsync, "", kKilled), kAsync, "b", false,
       EpochDecision::kTailLost},
      {"async, both unknown", RunOf(kAsync, "", kKilled), kAsync, "", false,
       EpochDecision::kTailLost},

      // What counts is what the last run did.
      {"async crashed, now sync", RunOf(kAsync, "a", kKilled), kSync, "b", false,
       EpochDecision::kTailLost},
      {"sync crashed, now async", RunOf(kSync, "a", kKilled), kAsync, "b", false,
       EpochDecision::kGoesOn},

      {"asked, synced", RunOf(kSync, "b", kCleanly), kSync, "b", true, EpochDecision::kAsked},
      {"asked, crashed", RunOf(kAsync, "a", kKilled), kAsync, "b", true, EpochDecision::kAsked},

      {"synced, damaged", RunOf(kSync, "b", kKilled), kSync, "b", false, EpochDecision::kEndMissing,
       true},
      {"async, damaged", RunOf(kAsync, "b", kKilled), kAsync, "b", false,
       EpochDecision::kEndMissing, true},
      {"async, stopped, damaged", RunOf(kAsync, "b", kCleanly), kAsync, "b", false,
       EpochDecision::kEndMissing, true},
      {"async, crashed, damaged", RunOf(kAsync, "a", kKilled), kAsync, "b", false,
       EpochDecision::kEndMissing, true},
      {"damaged, asked", RunOf(kSync, "b", kKilled), kSync, "b", true, EpochDecision::kAsked, true},
      {"damaged from the beginning", {}, kSync, "b", false, EpochDecision::kNothingStored, true},

      {"memory, nothing stored", {}, kMemory, "b", false, EpochDecision::kNothingKept},
      {"memory, asked", {}, kMemory, "b", true, EpochDecision::kNothingKept},
      {"memory, something stored", RunOf(kSync, "b", kCleanly), kMemory, "b", false,
       EpochDecision::kNothingKept},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(DecideEpoch(row.last, row.durability, row.boot_id, row.asked, row.end_missing,
                          /*copied=*/false),
              row.expected)
        << row.what;
    EXPECT_NE(Explanation(row.expected), "");
  }
}

TEST(EpochTest, OfACopyDoesNotGoOn) {
  const RunRecord clean = RunOf(kSync, "b", true);
  constexpr bool kDamaged = true;
  const auto decision = [](const std::optional<RunRecord>& last, Durability now, bool asked,
                           bool damaged) {
    return DecideEpoch(last, now, "b", asked, damaged, /*copied=*/true);
  };
  EXPECT_EQ(decision(clean, kSync, false, !kDamaged), EpochDecision::kCopied);
  EXPECT_EQ(decision(RunOf(kAsync, "b", false), kAsync, false, !kDamaged), EpochDecision::kCopied);
  EXPECT_EQ(decision(clean, kSync, true, !kDamaged), EpochDecision::kAsked);
  EXPECT_EQ(decision(clean, kSync, false, kDamaged), EpochDecision::kEndMissing);
  EXPECT_EQ(decision(std::nullopt, kSync, false, !kDamaged), EpochDecision::kNothingStored);
  EXPECT_EQ(decision(clean, kMemory, false, !kDamaged), EpochDecision::kNothingKept);
  EXPECT_NE(Explanation(EpochDecision::kCopied), "");
}

TEST(EpochTest, ARunRecordComesBackAsItWas) {
  for (const RunRecord& record : {RunOf(kSync, "b", true), RunOf(kAsync, "", false)}) {
    EXPECT_EQ(DecodeRunRecord(EncodeRunRecord(record)), record);
    EXPECT_EQ(DecodeRunRecord(EncodeRunRecord(record) + "later=1\n"), record);
  }
}

TEST(EpochTest, NothingIsKnownOfARunWhoseRecordCannotBeRead) {
  for (const char* value : {"", "epoch=e\n", "durability=sync\n", "epoch=\ndurability=sync\n",
                            "epoch=e\ndurability=later\n", "nothing of the kind"}) {
    EXPECT_EQ(DecodeRunRecord(value), std::nullopt) << value;
  }
}

class EarlierLeasesTest : public ::testing::Test {
 protected:
  static constexpr absl::Duration kNow = absl::Seconds(100);
  static constexpr absl::Duration kMinute = absl::Milliseconds(66'100);  // with its margin

  // Of a start with these options on a store that holds these values.
  static delivery::EarlierLeases Of(const PersistenceOptions& options,
                                    std::optional<absl::Duration> at_most,
                                    std::vector<std::pair<std::string, std::string>> values = {}) {
    auto store = std::make_unique<storage::MemoryStore>();
    storage::WriteBatch batch;
    for (const auto& [name, value] : values) batch.server_values.push_back({name, value});
    EXPECT_TRUE(store->Write({&batch}, storage::Store::Sync::kYes).ok());
    return Persistence::On(std::move(store), options, "new")->EarlierLeases(at_most, kNow);
  }
  static PersistenceOptions Options(Durability durability, bool new_epoch = false) {
    return {.durability = durability, .data_dir = "d", .new_epoch = new_epoch, .boot_id = "b"};
  }
};

TEST_F(EarlierLeasesTest, AnEmptyStoreLeavesADoubt) {
  const delivery::EarlierLeases none = Of(Options(kSync), std::nullopt);
  EXPECT_EQ(none.longest, absl::ZeroDuration());
  EXPECT_LT(none.until, kNow);
  EXPECT_EQ(none.doubt_longest, absl::Minutes(1)) << "there may be one with another directory";
  EXPECT_EQ(none.doubt_until, kNow + kMinute);
}

TEST_F(EarlierLeasesTest, AnEmptyStoreProvesNothingIfTheOperatorSaysMore) {
  EXPECT_EQ(Of(Options(kSync), absl::Seconds(10)).until, kNow + absl::Milliseconds(11'100));
  EXPECT_EQ(Of(Options(kSync, /*new_epoch=*/true), std::nullopt).until, kNow + kMinute);
  EXPECT_LT(Of(Options(kSync), absl::ZeroDuration()).until, kNow);
  EXPECT_LT(Of(Options(kSync), absl::ZeroDuration()).doubt_until, kNow);
}

TEST_F(EarlierLeasesTest, AStoreThatHoldsSomethingIsNotNew) {
  EXPECT_EQ(Of(Options(kSync), std::nullopt, {{kRunRecordName, "unreadable"}}).until,
            kNow + kMinute);
  EXPECT_EQ(Of(Options(kSync), std::nullopt, {{delivery::kLongestLeaseName, "2000"}}).until,
            kNow + kMinute)
      << "without the record of a run the lease may be of any";
  EXPECT_EQ(Of(Options(kSync), std::nullopt,
               {{kRunRecordName, EncodeRunRecord(RunOf(kSync, "b", false))},
                {delivery::kLongestLeaseName, "2000"}})
                .until,
            kNow + absl::Milliseconds(2'300));
}

// What one start assumes, the next one, which may be seconds later, has to know.
class SecondStartTest : public EarlierLeasesTest {
 protected:
  using Values = std::vector<std::pair<std::string, std::string>>;

  // The values of the store after a start that ended before it granted anything.
  static Values AfterStart(const PersistenceOptions& options, Values values,
                           std::optional<absl::Duration> at_most = std::nullopt) {
    auto store = std::make_unique<storage::MemoryStore>();
    storage::WriteBatch before;
    for (const auto& [name, value] : values) before.server_values.push_back({name, value});
    EXPECT_TRUE(store->Write({&before}, storage::Store::Sync::kYes).ok());
    const auto persistence = Persistence::On(std::move(store), options, "new");
    const storage::WriteBatch begun =
        persistence->RunBegins(persistence->EarlierLeases(at_most, kNow));
    EXPECT_TRUE(persistence->store().Write({&begun}, storage::Store::Sync::kYes).ok());
    Values after;
    for (const char* name :
         {kRunRecordName, delivery::kLongestLeaseName, delivery::kDoubtedLeaseName}) {
      const auto value = *persistence->store().ReadServerValue(name);
      if (value.has_value()) after.emplace_back(name, *value);
    }
    return after;
  }
  static Values OfRun() {
    return {{kRunRecordName, EncodeRunRecord(RunOf(kSync, "b", false))},
            {delivery::kLongestLeaseName, "10000"}};
  }
};

TEST_F(SecondStartTest, KnowsWhatANewEpochAssumed) {
  const Values after = AfterStart(Options(kSync, /*new_epoch=*/true), OfRun());
  EXPECT_EQ(Of(Options(kSync), std::nullopt, after).until, kNow + kMinute);
}

TEST_F(SecondStartTest, KnowsWhatADamagedLogMadeTheFirstAssume) {
  Values damaged = OfRun();
  damaged.emplace_back(storage::kEndMissingName, "1");
  const Values after = AfterStart(Options(kAsync), damaged);
  EXPECT_EQ(Of(Options(kAsync), std::nullopt, after).until, kNow + kMinute);
}

TEST_F(SecondStartTest, OfACopyGoesOnWithTheHistoryOfTheFirst) {
  Values copied = OfRun();
  copied.emplace_back(storage::kCopiedName, "1");
  auto store = std::make_unique<storage::MemoryStore>();
  storage::WriteBatch before;
  for (const auto& [name, value] : copied) before.server_values.push_back({name, value});
  ASSERT_TRUE(store->Write({&before}, storage::Store::Sync::kYes).ok());
  const auto first = Persistence::On(std::move(store), Options(kSync), "new");
  EXPECT_EQ(first->decision(), EpochDecision::kCopied);
  EXPECT_EQ(first->epoch(), "new");
  EXPECT_TRUE(first->distrusts_entries());
  EXPECT_EQ(first->EarlierLeases(std::nullopt, kNow).until, kNow + kMinute);
  const storage::WriteBatch begun = first->RunBegins(first->EarlierLeases(std::nullopt, kNow));
  ASSERT_TRUE(first->store().Write({&begun}, storage::Store::Sync::kYes).ok());
  EXPECT_EQ(*first->store().ReadServerValue(storage::kCopiedName), "");

  auto again = std::make_unique<storage::MemoryStore>();
  ASSERT_TRUE(again->Write({&before, &begun}, storage::Store::Sync::kYes).ok());
  const auto second = Persistence::On(std::move(again), Options(kSync), "newer");
  EXPECT_EQ(second->decision(), EpochDecision::kGoesOn);
  EXPECT_EQ(second->epoch(), "new");
}

TEST_F(SecondStartTest, DoubtsWhatTheFirstDoubted) {
  Values after = AfterStart(Options(kSync), {});
  after.emplace_back(delivery::kLongestLeaseName, "10000");  // the first granted that
  const delivery::EarlierLeases earlier = Of(Options(kSync), std::nullopt, after);
  EXPECT_EQ(earlier.until, kNow + absl::Milliseconds(11'100));
  EXPECT_EQ(earlier.doubt_longest, absl::Minutes(1));
  EXPECT_EQ(earlier.doubt_until, kNow + kMinute);
}

TEST_F(SecondStartTest, DoubtsNothingIfTheOperatorKnew) {
  const Values first = AfterStart(Options(kSync), {}, absl::ZeroDuration());
  EXPECT_EQ(Of(Options(kSync), std::nullopt, first).doubt_longest, absl::ZeroDuration());
  const Values later =
      AfterStart(Options(kSync), AfterStart(Options(kSync), {}), absl::ZeroDuration());
  EXPECT_EQ(Of(Options(kSync), std::nullopt, later).doubt_longest, absl::ZeroDuration());
}

TEST_F(EarlierLeasesTest, AStoreInMemoryIsAlwaysEmpty) {
  EXPECT_EQ(Of(Options(kMemory), std::nullopt).until, kNow + kMinute);
  EXPECT_LT(Of(Options(kMemory), absl::ZeroDuration()).until, kNow);
}

TEST(EpochTest, DurabilitiesHaveNames) {
  for (const Durability durability : {kSync, kAsync, kMemory}) {
    EXPECT_EQ(DurabilityOfName(DurabilityName(durability)), durability);
  }
  EXPECT_EQ(DurabilityOfName("disk"), std::nullopt);
}

}  // namespace
}  // namespace cache_invalidation
