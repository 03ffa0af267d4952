// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/channel.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "tests/support/history_builder.h"

namespace cache_invalidation::delivery {
namespace {

constexpr absl::Duration kThen = absl::Seconds(1);

std::vector<PartPosition> PositionsOf(const wire::Chunk& chunk, size_t first_part = 0) {
  std::vector<PartPosition> positions;
  for (size_t i = first_part; i < chunk.parts.size(); ++i) {
    positions.push_back({chunk.parts[i].revision, chunk.parts[i].number});
  }
  return positions;
}

using Pairs = std::vector<std::pair<uint64_t, uint32_t>>;

Pairs PairsOf(const std::vector<PartPosition>& positions) {
  Pairs pairs;
  for (PartPosition position : positions) pairs.emplace_back(position.revision, position.number);
  return pairs;
}

Pairs ReadAll(const Log& log, PartPosition from) {
  std::vector<PartPosition> read;
  const auto tails = log.Read(from, 1 << 30);
  if (!tails) return {{0, 0}};
  for (const ChunkTail& tail : *tails) {
    const auto positions = PositionsOf(*tail.chunk, tail.first_part);
    read.insert(read.end(), positions.begin(), positions.end());
  }
  return PairsOf(read);
}

TEST(LogTest, BeginsEmptyAtRevisionZero) {
  const Log log;
  EXPECT_EQ(log.retained(), (RetainedRevisions{0, 0}));
  EXPECT_EQ(log.bytes(), 0u);
  EXPECT_EQ(ReadAll(log, FirstAfter(0)), Pairs());
}

TEST(LogTest, ReadsFromInsideAChunkAndFromInsideARevision) {
  HistoryBuilder history("shop", kSmallParts);
  Log log;
  log.Append(history.Add(TagEvents("tag:", 3)), 3, kThen);
  log.Append(history.Add({LargeEvent("k", 3, kSmallParts)}), 4, kThen);
  EXPECT_EQ(ReadAll(log, FirstAfter(1)).front(), std::make_pair(uint64_t{2}, 0u));
  EXPECT_EQ(ReadAll(log, {4, 2}).front(), std::make_pair(uint64_t{4}, 2u));
  EXPECT_EQ(ReadAll(log, FirstAfter(4)), Pairs());
  EXPECT_EQ(ReadAll(log, FirstAfter(400)), Pairs());
}

TEST(LogTest, ReadsAtLeastOneChunkAndNoMoreThanAsked) {
  HistoryBuilder history("shop");
  Log log;
  for (int i = 1; i <= 4; ++i) log.Append(history.Add(TagEvents("tag:", 1)), i, kThen);
  const size_t one = log.Read(FirstAfter(0), 0)->front().chunk->bytes.size();
  EXPECT_EQ(log.Read(FirstAfter(0), 0)->size(), 1u);
  EXPECT_EQ(log.Read(FirstAfter(0), 3 * one - 1)->size(), 2u);
  EXPECT_EQ(log.Read(FirstAfter(0), 3 * one)->size(), 3u);
  EXPECT_EQ(log.Read(FirstAfter(2), 3 * one)->size(), 2u);
}

TEST(LogTest, DropsWholeRevisionsOldestFirst) {
  HistoryBuilder history("shop", kSmallParts);
  Log log;
  size_t drops = log.Append(history.Add(TagEvents("tag:", 2)), 2, kThen);
  EXPECT_EQ(drops, 1u);
  const auto large = history.Add({LargeEvent("k", 12, kSmallParts)});
  ASSERT_GT(large.size(), 1u) << "the revision is to go over several chunks";
  drops = log.Append(large, 3, kThen);
  EXPECT_EQ(drops, 1u);

  const size_t before = log.bytes();
  const size_t freed = log.DropOldest();
  EXPECT_EQ(log.retained(), (RetainedRevisions{2, 3}));
  EXPECT_EQ(log.bytes(), before - freed);
  EXPECT_FALSE(log.Read(FirstAfter(1), 1).has_value());
  EXPECT_TRUE(log.Read(FirstAfter(2), 1).has_value());

  log.DropOldest();
  EXPECT_EQ(log.retained(), (RetainedRevisions{3, 3}));
  EXPECT_EQ(log.bytes(), 0u);
  EXPECT_FALSE(log.Read({3, 5}, 1).has_value()) << "the rest of a revision is gone with it";
  EXPECT_EQ(ReadAll(log, FirstAfter(3)), Pairs());
}

TEST(LogTest, TellsWhenWhatItReadWasPublished) {
  HistoryBuilder history("shop");
  Log log;
  log.Append(history.Add(TagEvents("tag:", 1)), 1, absl::Seconds(1));
  log.Append(history.Add(TagEvents("tag:", 1)), 2, absl::Seconds(2));
  EXPECT_EQ(log.Read(FirstAfter(0), 1 << 20)->back().published, absl::Seconds(2));
}

// Against a plain list of parts.
TEST(LogTest, AgreesWithANaiveLog) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  HistoryBuilder history("shop", kSmallParts);
  Log log;
  std::vector<PartPosition> all;
  size_t drops = 0;
  for (int step = 0; step < 500; ++step) {
    if (random() % 3 != 0 || drops == 0) {
      std::vector<Targets> events = TagEvents("tag:", random() % 5 + 1);
      if (random() % 4 == 0) events.push_back(LargeEvent("k", random() % 8 + 1, kSmallParts));
      const auto chunks = history.Add(events);
      for (const auto& chunk : chunks) {
        const auto positions = PositionsOf(*chunk);
        all.insert(all.end(), positions.begin(), positions.end());
      }
      drops += log.Append(chunks, history.head(), kThen);
    } else {
      log.DropOldest();
      --drops;
    }
    const RetainedRevisions retained = log.retained();
    const PartPosition from = all[random() % all.size()];
    if (from.revision <= retained.floor) {
      EXPECT_FALSE(log.Read(from, 1).has_value());
      continue;
    }
    std::vector<PartPosition> expected;
    for (PartPosition position : all) {
      const bool before = position.revision < from.revision ||
                          (position.revision == from.revision && position.number < from.number);
      if (!before) expected.push_back(position);
    }
    ASSERT_EQ(ReadAll(log, from), PairsOf(expected));
  }
}

}  // namespace
}  // namespace cache_invalidation::delivery
