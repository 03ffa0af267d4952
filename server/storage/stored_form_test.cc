// SPDX-License-Identifier: Apache-2.0

#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/storage/disk_format.h"
#include "server/storage/testing/store_script.h"

namespace cache_invalidation::storage {
namespace {

constexpr uint64_t kGreatest = std::numeric_limits<uint64_t>::max();

TEST(BigEndianTest, SortsAsNumbersDo) {
  const auto encoded = [](uint64_t value) {
    std::string bytes;
    AppendBigEndian(value, bytes);
    return bytes;
  };
  const uint64_t numbers[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 1ull << 63, kGreatest};
  for (size_t i = 0; i + 1 < std::size(numbers); ++i) {
    EXPECT_LT(encoded(numbers[i]), encoded(numbers[i + 1])) << numbers[i];
    const std::string bytes = encoded(numbers[i]) + "rest";
    absl::string_view in = bytes;
    uint64_t value = 0;
    EXPECT_TRUE(ConsumeBigEndian(in, value));
    EXPECT_EQ(value, numbers[i]);
    EXPECT_EQ(in, "rest");
    EXPECT_FALSE(ConsumeBigEndian(in, value));
    EXPECT_EQ(in, "rest");
  }
}

TEST(StoreKeyTest, KeysSortByIdentityAndByPlaceInHistory) {
  EXPECT_LT(RowKey("n", RowKind::kRule, ""), RowKey("n", RowKind::kRule, "a"));
  EXPECT_LT(RowKey("n", RowKind::kRule, "a"), RowKey("n", RowKind::kRule, std::string("a\0", 2)));
  EXPECT_LT(RowKey("n", RowKind::kRule, "\xff"), RowKindKey("n", RowKind::kRuleCounters));
  EXPECT_LT(ChunkKey("n", {1, 9}), ChunkKey("n", {2, 0}));
  EXPECT_LT(ChunkKey("n", {255, 0}), ChunkKey("n", {256, 0}));
  EXPECT_LT(ChunkKey("n", {1, 255}), ChunkKey("n", {1, 256}));
}

TEST(StoreKeyTest, SaysWhatItBeginsWith) {
  for (const std::string& name : {std::string(), std::string("n"), std::string("\xff\0", 2),
                                  std::string(kMaxStoredNameBytes, '\xff')}) {
    EXPECT_EQ(NamespaceOfKey(RowKey(name, RowKind::kEntry, "key")), name);
    const std::string chunk = ChunkKey(name, {7, 3});
    EXPECT_EQ(NamespaceOfKey(chunk), name);
    EXPECT_EQ(PositionOfChunkKey(chunk), (PartPosition{7, 3}));
    EXPECT_LT(chunk, EndOfPrefix(NamespaceKey(name)));
    EXPECT_LT(ChunkKey(name, {kGreatest, ~uint32_t{0}}), EndOfPrefix(NamespaceKey(name)));
  }
  EXPECT_EQ(NamespaceOfKey(""), std::nullopt);
  EXPECT_EQ(NamespaceOfKey("\2n"), std::nullopt);
  EXPECT_EQ(NamespaceOfKey(std::string(256, '\xff')), std::nullopt);
  EXPECT_EQ(PositionOfChunkKey(ChunkKey("n", {1, 0}) + "x"), std::nullopt);
  EXPECT_EQ(PositionOfChunkKey(NamespaceKey("n")), std::nullopt);
}

TEST(StoreKeyTest, TheEndOfAPrefixComesAfterAllThatBeginWithIt) {
  EXPECT_EQ(EndOfPrefix("ab"), "ac");
  EXPECT_EQ(EndOfPrefix("a\xff\xff"), "b");
  EXPECT_EQ(EndOfPrefix("\x7f"), "\x80");
}

TEST(HistoryTest, ComesBackAsItWas) {
  for (const History& history :
       {History{}, History{.retained = {6, 9}, .oldest = {5, 2}, .next = {9, 1}},
        History{.retained = {0, kGreatest}, .oldest = {kGreatest, 1}, .next = {kGreatest, 2}}}) {
    const auto decoded = DecodeHistory("n", EncodeHistory(history));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, history);
  }
}

TEST(HistoryTest, RefusesWhatIsNone) {
  const std::string good = EncodeHistory({.retained = {6, 9}, .oldest = {5, 2}, .next = {10, 0}});
  EXPECT_EQ(DecodeHistory("n", good + "x").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeHistory("n", good.substr(1)).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeHistory("n", "").status().code(), absl::StatusCode::kDataLoss);
  const History backwards = {.retained = {9, 6}, .oldest = {10, 0}, .next = {10, 0}};
  EXPECT_EQ(DecodeHistory("n", EncodeHistory(backwards)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(ChunkCodecTest, ComesBackAsItWas) {
  const ChunkPtr chunk = MakeChunk("n", {{.revision = 7, .number = 2, .last_part = true},
                                         {.revision = 8, .number = 0, .last_part = false},
                                         {.revision = 8, .number = 1, .last_part = true},
                                         {.revision = 9, .number = 0, .last_part = false}});
  const auto decoded = DecodeChunk("n", {7, 2}, EncodeChunk(*chunk));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ((*decoded)->namespace_name, "n");
  EXPECT_EQ((*decoded)->bytes, chunk->bytes);
  ASSERT_EQ((*decoded)->parts.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    const wire::Chunk::Part& part = (*decoded)->parts[i];
    EXPECT_EQ(part.revision, chunk->parts[i].revision);
    EXPECT_EQ(part.number, chunk->parts[i].number);
    EXPECT_EQ(part.last_part, chunk->parts[i].last_part);
    EXPECT_EQ(part.offset, chunk->parts[i].offset);
    EXPECT_EQ(part.size, chunk->parts[i].size);
  }
}

TEST(ChunkCodecTest, RefusesEveryBeginningOfAValueAndWhatGoesBeyond) {
  const std::string good = EncodeChunk(*Revisions("n", 1, 3));
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(DecodeChunk("n", {1, 0}, good.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_EQ(DecodeChunk("n", {1, 0}, good + "x").status().code(), absl::StatusCode::kDataLoss);
}

// Any bytes on disk give an error, or parts that are within the bytes.
TEST(ChunkCodecTest, TakesAnyBytes) {
  std::mt19937 random(1);
  const std::string good = EncodeChunk(*Revisions("n", 1, 3));
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string value = good;
    for (uint32_t changes = 1 + random() % 3; changes > 0; --changes) {
      value[random() % (i % 2 == 0 ? value.size() : 16)] = static_cast<char>(random());
    }
    const auto decoded = DecodeChunk("n", {kGreatest, ~uint32_t{0}}, value);
    if (!decoded.ok()) continue;
    ++accepted;
    size_t end = 0;
    for (const wire::Chunk::Part& part : (*decoded)->parts) {
      EXPECT_EQ(part.offset, end);
      end += part.size;
    }
    EXPECT_EQ(end, (*decoded)->bytes.size());
  }
  EXPECT_GT(accepted, 0);
}

TEST(ChunkCodecDeathTest, RefusesAGap) {
  const ChunkPtr chunk = MakeChunk("n", {{.revision = 1, .number = 0, .last_part = true},
                                         {.revision = 3, .number = 0, .last_part = true}});
  EXPECT_DEATH(EncodeChunk(*chunk), "the parts of a chunk follow each other");
}

}  // namespace
}  // namespace cache_invalidation::storage
