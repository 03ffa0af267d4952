#include "server/core/persistence.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

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
    EXPECT_EQ(DecideEpoch(row.last, row.durability, row.boot_id, row.asked, row.end_missing),
              row.expected)
        << row.what;
    EXPECT_NE(Explanation(row.expected), "");
  }
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

TEST(EpochTest, DurabilitiesHaveNames) {
  for (const Durability durability : {kSync, kAsync, kMemory}) {
    EXPECT_EQ(DurabilityOfName(DurabilityName(durability)), durability);
  }
  EXPECT_EQ(DurabilityOfName("disk"), std::nullopt);
}

}  // namespace
}  // namespace cache_invalidation
