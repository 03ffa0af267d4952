// SPDX-License-Identifier: Apache-2.0

// Constructed histories: the audit finds what is stale, and nothing else.

#include "tests/consistency/audit.h"

#include <sstream>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/consistency/observation.h"

namespace cache_invalidation::consistency {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kLease = absl::Seconds(1);

absl::Duration At(int64_t milliseconds) { return absl::Milliseconds(milliseconds); }

Observations Wrote(uint64_t version, Promise promise, int64_t returned) {
  return {.writes = {{"k", version, promise, At(returned)}}};
}

Observations Read(uint64_t version, int64_t begun) {
  return {.reads = {{"k", version, 1, At(begun)}}};
}

TEST(AuditTest, AfterAWaitingWriteNobodyReadsWhatWasThereBefore) {
  const Observations written = Wrote(2, Promise::kNowhereLeft, 500);
  EXPECT_THAT(StaleReads({written, Read(1, 501)}, kLease), SizeIs(1));
  EXPECT_THAT(StaleReads({written, Read(1, 499)}, kLease), IsEmpty());
  EXPECT_THAT(StaleReads({written, Read(2, 501)}, kLease), IsEmpty());
  EXPECT_THAT(StaleReads({written, Read(3, 501)}, kLease), IsEmpty());
}

TEST(AuditTest, ALeaseAfterAWriteThatWasToldTheSame) {
  const Observations written = Wrote(2, Promise::kTold, 500);
  EXPECT_THAT(StaleReads({written, Read(1, 1499)}, kLease), IsEmpty());
  EXPECT_THAT(StaleReads({written, Read(1, 1501)}, kLease), SizeIs(1));
}

TEST(AuditTest, AWriteThatPromisesNothingBindsNobody) {
  EXPECT_THAT(StaleReads({Wrote(2, Promise::kNone, 500), Read(1, 5000)}, kLease), IsEmpty());
}

TEST(AuditTest, AnEarlierPromiseIsNotTakenBackByALaterOne) {
  const Observations written = {
      .writes = {{"k", 2, Promise::kTold, At(100)}, {"k", 3, Promise::kNowhereLeft, At(200)}}};
  EXPECT_THAT(StaleReads({written, Read(2, 1500)}, kLease), SizeIs(1));
  EXPECT_THAT(StaleReads({written, Read(3, 1500)}, kLease), IsEmpty());
}

TEST(AuditTest, WhatWasAcceptedAsStaleIsStaleForSoLong) {
  const Observations written = Wrote(2, Promise::kNowhereLeft, 500);
  Observations read = Read(1, 799);
  read.reads[0].is_stale = true;
  EXPECT_THAT(StaleReads({written, read}, kLease, At(300)), IsEmpty());
  EXPECT_THAT(StaleReads({written, read}, kLease, At(200)), SizeIs(1));
  read.reads[0].is_stale = false;
  EXPECT_THAT(StaleReads({written, read}, kLease, At(300)), SizeIs(1)) << "nobody accepted it";
}

TEST(AuditTest, OtherKeysAreOtherKeys) {
  const Observations other = {.reads = {{"other", 1, 1, At(900)}}};
  EXPECT_THAT(StaleReads({Wrote(2, Promise::kNowhereLeft, 500), other}, kLease), IsEmpty());
}

TEST(AuditTest, LinesSayAllOfIt) {
  const Observations all = {.writes = {{"k", 7, Promise::kTold, At(3)}},
                            .reads = {{"l", 6, 12, absl::Nanoseconds(5)},
                                      {"l", 7, 1, absl::Nanoseconds(6), /*is_stale=*/true}}};
  std::stringstream lines;
  WriteLines(all, lines);
  const Observations read = ReadLines(lines);
  ASSERT_THAT(read.writes, SizeIs(1));
  ASSERT_THAT(read.reads, SizeIs(2));
  EXPECT_EQ(read.writes[0].key, "k");
  EXPECT_EQ(read.writes[0].version, 7);
  EXPECT_EQ(read.writes[0].promise, Promise::kTold);
  EXPECT_EQ(read.writes[0].returned, At(3));
  EXPECT_EQ(read.reads[0].key, "l");
  EXPECT_EQ(read.reads[0].version, 6);
  EXPECT_EQ(read.reads[0].count, 12);
  EXPECT_EQ(read.reads[0].last_begun, absl::Nanoseconds(5));
  EXPECT_FALSE(read.reads[0].is_stale);
  EXPECT_TRUE(read.reads[1].is_stale);
}

}  // namespace
}  // namespace cache_invalidation::consistency
