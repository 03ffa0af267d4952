// SPDX-License-Identifier: Apache-2.0

#include "server/storage/log_end.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

NotedLog::File File(uint64_t number, uint64_t first, uint64_t last, uint32_t families) {
  return {.number = number, .first = first, .last = last, .families = families};
}

NotedLog TwoFiles() {
  NotedLog noted(10);
  noted.Note(4, 12, NotedLog::FamilyBit(0));
  noted.Note(4, 13, NotedLog::FamilyBit(1));
  noted.Note(7, 20, NotedLog::FamilyBit(2));
  return noted;
}

TEST(NotedLogTest, KnowsWhatIsInEachFile) {
  EXPECT_EQ(NotedLog(10).last(), 10u);
  const NotedLog noted = TwoFiles();
  EXPECT_THAT(noted.files(), ElementsAre(File(4, 11, 13, 0b011), File(7, 14, 20, 0b100)));
  EXPECT_EQ(noted.last(), 20u);
}

TEST(NotedLogTest, ForgetsTheOldestFiles) {
  NotedLog noted = TwoFiles();
  noted.Forget(4);
  EXPECT_EQ(noted.files().size(), 2u);
  noted.Forget(5);
  EXPECT_THAT(noted.files(), ElementsAre(File(7, 14, 20, 0b100)));
  noted.Forget(100);
  EXPECT_THAT(noted.files(), IsEmpty());
  EXPECT_EQ(noted.last(), 20u);
}

TEST(NotedLogTest, ComesBackAsItWas) {
  NotedLog noted = TwoFiles();
  std::string bytes = noted.Encode();
  EXPECT_EQ(NotedLog::Decode(bytes)->files(), noted.files());
  // As a writer continues the file.
  bytes += NotedLog::Encode(noted.Note(7, 21, NotedLog::FamilyBit(0)));
  bytes += NotedLog::Encode(noted.Note(9, 22, NotedLog::FamilyBit(40)));
  const NotedLog read = *NotedLog::Decode(bytes);
  EXPECT_THAT(read.files(), ElementsAre(File(4, 11, 13, 0b011), File(7, 14, 21, 0b101),
                                        File(9, 22, 22, 0x80000000)));
}

TEST(NotedLogTest, TheLastNoteOfTheManifestCounts) {
  const NotedLog::Manifest older{.number = 5, .bytes = 100, .checksum = 7};
  const NotedLog::Manifest newer{.number = 5, .bytes = 0xfffffff0, .checksum = 0xffffffff};
  NotedLog noted = TwoFiles();
  EXPECT_FALSE(NotedLog::Decode(noted.Encode())->manifest().has_value());
  noted.Note(older);
  std::string bytes = noted.Encode();
  EXPECT_EQ(NotedLog::Decode(bytes)->manifest(), older);
  EXPECT_EQ(NotedLog::Decode(bytes)->files(), noted.files());
  bytes += NotedLog::Encode(newer);
  EXPECT_EQ(NotedLog::Decode(bytes)->manifest(), newer);
  EXPECT_EQ(NotedLog::Decode(bytes)->last(), 20u);
}

// Damage can lose information, never add any.
TEST(NotedLogTest, WhatIsCutOffOrBrokenSaysWhatWasBefore) {
  const std::string whole = TwoFiles().Encode();
  const size_t record = whole.size() / 3;
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto cut = NotedLog::Decode(whole.substr(0, size));
    ASSERT_EQ(cut.has_value(), size >= record) << size;
    EXPECT_EQ(cut ? cut->files().size() + 1 : 0, size / record) << size;
    std::string broken = whole;
    broken[size] ^= 0x01;
    const auto read = NotedLog::Decode(broken);
    ASSERT_EQ(read.has_value(), size >= record) << size;
    EXPECT_EQ(read ? read->files().size() + 1 : 0, size / record) << size;
  }
  EXPECT_FALSE(NotedLog::Decode(std::string(whole.size(), '\0')).has_value());
}

}  // namespace
}  // namespace cache_invalidation::storage
