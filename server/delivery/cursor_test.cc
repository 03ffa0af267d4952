// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/cursor.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "server/delivery/catch_up.h"
#include "server/storage/memory_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/silent_delivery_observer.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation::delivery {
namespace {

class CursorTest : public testing::Test {
 protected:
  void Publish(const std::vector<Targets>& events) {
    const auto chunks = history_.Add(events);
    drops_ += channel_->Append(chunks, history_.head(), absl::Seconds(drops_)).drops;
    for (const auto& chunk : chunks) chunks_.push_back(chunk);
  }

  Cursor At(uint64_t after, const Filter& filter = {}) {
    return Cursor(channel_, channel_->GroupOf(filter), after);
  }

  // The bytes of every part after `after` that passes, one after the other.
  std::string Expected(uint64_t after, const Filter& filter = {}) {
    std::string bytes;
    const auto group = channel_->GroupOf(filter);
    for (const auto& chunk : chunks_) {
      PassingParts all{{{0, static_cast<uint32_t>(chunk->parts.size())}}};
      if (group != nullptr) all = *group->Passing(chunk);
      for (PassingParts::Run run : all.runs) {
        for (uint32_t i = run.begin; i < run.end; ++i) {
          if (chunk->parts[i].revision <= after) continue;
          bytes += std::string(chunk->part_bytes(chunk->parts[i]));
        }
      }
    }
    return bytes;
  }

  static std::string BytesOf(const Batch& batch) {
    std::string bytes;
    for (const Slice& slice : batch.slices) bytes += std::string(slice.bytes());
    EXPECT_EQ(bytes.size(), batch.bytes);
    return bytes;
  }

  HistoryBuilder history_{"shop", kSmallParts};
  std::shared_ptr<Channel> channel_ = std::make_shared<Channel>("shop", 1);
  std::vector<std::shared_ptr<const wire::Chunk>> chunks_;
  size_t drops_ = 0;
};

TEST_F(CursorTest, SendsChunksAsTheyStand) {
  Publish(TagEvents("tag:", 3));
  Publish(TagEvents("tag:", 2));
  Cursor cursor = At(0);
  const Batch batch = *cursor.Next(1 << 20);
  EXPECT_EQ(BytesOf(batch), Expected(0));
  EXPECT_EQ(batch.slices.size(), 2u) << "one slice per chunk";
  EXPECT_EQ(batch.events, 5u);
  EXPECT_EQ(batch.completed, 5u);
  EXPECT_EQ(batch.unfinished, 0u);
  EXPECT_EQ(batch.oldest_published, absl::ZeroDuration());
  EXPECT_TRUE(cursor.at_head());
  EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
}

TEST_F(CursorTest, BeginsInsideAChunk) {
  Publish(TagEvents("tag:", 5));
  Cursor cursor = At(3);
  EXPECT_EQ(BytesOf(*cursor.Next(1 << 20)), Expected(3));
}

TEST_F(CursorTest, AMessageMayEndInsideARevision) {
  Publish({LargeEvent("k", 6, kSmallParts)});
  Cursor cursor = At(0);
  const Batch first = *cursor.Next(600);
  EXPECT_LE(first.bytes, 600u);
  EXPECT_EQ(first.completed, 0u);
  EXPECT_EQ(first.unfinished, 1u);
  EXPECT_EQ(cursor.position(), 0u);
  std::string bytes = BytesOf(first);
  while (!cursor.at_head()) bytes += BytesOf(*cursor.Next(600));
  EXPECT_EQ(bytes, Expected(0));
  EXPECT_EQ(cursor.position(), 1u);
}

TEST_F(CursorTest, SendsAnEntryThatIsLargerThanAMessage) {
  Publish({LargeEvent("k", 2, kSmallParts)});
  Cursor cursor = At(0);
  EXPECT_EQ(cursor.Next(1)->events, 1u);
  EXPECT_EQ(cursor.Next(1)->events, 1u);
}

TEST_F(CursorTest, PassesWhatTheFilterKeepsBack) {
  Publish(TagEvents("tag:", 5));
  Publish(TagEvents("other:", 5));
  const Filter filter({"tag:1", "tag:4"}, {});
  Cursor cursor = At(0, filter);
  const Batch batch = *cursor.Next(1 << 20);
  EXPECT_EQ(batch.events, 2u);
  EXPECT_EQ(BytesOf(batch), Expected(0, filter));
  EXPECT_EQ(batch.completed, 5u);
  EXPECT_TRUE(cursor.at_head());
  EXPECT_EQ(cursor.position(), 10u);
}

TEST_F(CursorTest, TellsThatHistoryIsGone) {
  Publish(TagEvents("tag:", 3));
  Publish(TagEvents("tag:", 3));
  Cursor cursor = At(1);
  channel_->DropOldest();
  EXPECT_FALSE(cursor.Next(1 << 20).has_value());
  cursor.JumpTo(6);
  EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
}

// Memory that forgets, over a store that does not.
class OlderHistoryTest : public CursorTest {
 protected:
  OlderHistoryTest() { channel_ = std::make_shared<Channel>("shop", 1, &catch_up_); }

  void PublishStored(const std::vector<Targets>& events) {
    const size_t before = chunks_.size();
    Publish(events);
    storage::WriteBatch batch;
    batch.chunks.assign(chunks_.begin() + static_cast<std::ptrdiff_t>(before), chunks_.end());
    ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  }

  void Forget(uint64_t floor) {
    channel_->Forget(floor);
    storage::WriteBatch batch;
    batch.trims = {{"shop", floor}};
    ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  }

  FakeClock clock_;
  storage::MemoryStore store_;
  SilentDeliveryObserver observer_;
  CatchUp catch_up_{store_, clock_, observer_};
};

TEST_F(OlderHistoryTest, ReadsFromTheStoreWhatMemoryHasDropped) {
  PublishStored(TagEvents("tag:", 3));
  PublishStored(TagEvents("tag:", 2));
  channel_->DropOldest();
  channel_->DropOldest();
  PublishStored(TagEvents("tag:", 2));
  Cursor cursor = At(1);
  EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
  EXPECT_TRUE(cursor.waiting());
  EXPECT_FALSE(cursor.at_head());
  EXPECT_EQ(catch_up_.ReadNext(), 1u);
  const Batch batch = *cursor.Next(1 << 20);
  EXPECT_FALSE(cursor.waiting());
  EXPECT_EQ(BytesOf(batch), Expected(1)) << "up to the head, without a seam";
  EXPECT_EQ(batch.oldest_published, std::nullopt);
  EXPECT_TRUE(cursor.at_head());
}

// What is durable but not published yet can be read from the store. It is not sent: an answer or a
// Progress that comes before it would be wrong.
TEST_F(OlderHistoryTest, SendsNothingBeyondTheHead) {
  PublishStored(TagEvents("tag:", 3));
  PublishStored(TagEvents("tag:", 2));
  channel_->DropOldest();
  channel_->DropOldest();
  storage::WriteBatch batch;
  batch.chunks = history_.Add(TagEvents("tag:", 4));
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  Cursor cursor = At(1);
  EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
  EXPECT_EQ(catch_up_.ReadNext(), 1u);
  EXPECT_EQ(cursor.Next(1 << 20)->completed, 5u);
  EXPECT_TRUE(cursor.at_head());
  EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
  EXPECT_FALSE(cursor.waiting());
  channel_->Append(batch.chunks, history_.head(), absl::ZeroDuration());
  EXPECT_EQ(cursor.Next(1 << 20)->completed, 9u);
}

// A client that takes its time with one message must not hold up others with the next.
TEST_F(OlderHistoryTest, AsksForNothingWhileItHasSomethingToSend) {
  HistoryBuilder history("shop");
  storage::WriteBatch batch;
  for (uint64_t revision = 1; revision <= 3; ++revision) {
    const auto chunks = history.Add({LargeEvent("k", 3, {})});
    channel_->Append(chunks, revision, absl::ZeroDuration());
    channel_->DropOldest();
    batch.chunks.insert(batch.chunks.end(), chunks.begin(), chunks.end());
  }
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  Cursor cursor = At(0);
  EXPECT_TRUE(cursor.Next(8 << 20)->slices.empty());
  EXPECT_EQ(catch_up_.ReadNext(), 1u);
  EXPECT_FALSE(cursor.Next(8 << 20)->slices.empty());
  EXPECT_FALSE(cursor.at_head());
  EXPECT_FALSE(cursor.waiting());
  EXPECT_EQ(catch_up_.ReadNext(), std::nullopt);
  EXPECT_TRUE(cursor.Next(8 << 20)->slices.empty());
  EXPECT_TRUE(cursor.waiting());
  EXPECT_EQ(catch_up_.ReadNext(), 1u);
}

// What was read is used: it is not kept for long.
TEST_F(OlderHistoryTest, JudgesAWholeStretchAtATime) {
  HistoryBuilder history("shop");
  storage::WriteBatch batch;
  for (uint64_t revision = 1; revision <= 9; ++revision) {
    Targets event;
    for (int i = 0; i < 1000; ++i) event.keys.push_back(std::string(100, 'k') + std::to_string(i));
    const auto chunks = history.Add({event});
    channel_->Append(chunks, revision, absl::ZeroDuration());
    channel_->DropOldest();
    batch.chunks.insert(batch.chunks.end(), chunks.begin(), chunks.end());
  }
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  Cursor cursor = At(0, Filter({}, {"none"}));
  EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
  EXPECT_EQ(catch_up_.ReadNext(), 1u);
  EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
  EXPECT_GE(cursor.position(), 7u);
}

TEST_F(OlderHistoryTest, TellsWhenTheStoreHasForgottenToo) {
  PublishStored(TagEvents("tag:", 3));
  PublishStored(TagEvents("tag:", 3));
  channel_->DropOldest();
  channel_->DropOldest();
  Cursor late = At(1);
  Cursor later = At(2);
  EXPECT_TRUE(late.Next(1 << 20)->slices.empty());
  Forget(3);
  EXPECT_FALSE(late.Next(1 << 20).has_value()) << "although it has asked already";
  EXPECT_FALSE(later.Next(1 << 20).has_value());
  EXPECT_EQ(channel_->retained(), (RetainedRevisions{3, 6}));
  Cursor in_time = At(3);
  EXPECT_TRUE(in_time.Next(1 << 20)->slices.empty());
  EXPECT_TRUE(in_time.waiting());
}

// Whatever memory drops and whenever the store is read: the same bytes as one piece.
TEST_F(OlderHistoryTest, AgreesWithANaiveReader) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto publish = [&] {
    std::vector<Targets> events = TagEvents("tag:", static_cast<int>(random() % 6 + 1));
    if (random() % 3 == 0) {
      events.push_back(LargeEvent("k", static_cast<int>(random() % 9 + 1), kSmallParts));
    }
    PublishStored(events);
  };
  size_t dropped = 0;
  for (int round = 0; round < 60; ++round) {
    for (int i = 0; i < 5; ++i) publish();
    const Filter filter = random() % 2 == 0 ? Filter() : Filter({"tag:1", "tag:3"}, {"q"});
    const uint64_t after = random() % (history_.head() + 1);
    const size_t max_bytes = random() % 3000 + 300;
    Cursor cursor = At(after, filter);
    std::string bytes;
    for (int left = 10; !cursor.at_head();) {
      const Batch batch = *cursor.Next(max_bytes);
      EXPECT_LE(batch.bytes, max_bytes);
      bytes += BytesOf(batch);
      if (random() % 4 == 0 && left-- > 0) publish();
      if (random() % 3 == 0 && dropped < drops_) {
        channel_->DropOldest();
        ++dropped;
      }
      if (!cursor.waiting()) continue;
      ASSERT_TRUE(catch_up_.ReadNext().has_value());
    }
    ASSERT_EQ(bytes, Expected(after, filter)) << "after " << after;
  }
}

// What a filter keeps back takes time to judge: about a chunk at a time, however much there is.
TEST_F(CursorTest, JudgesAboutAChunkAtATime) {
  const wire::EncoderLimits limits;
  HistoryBuilder history("shop", limits);
  const auto channel = std::make_shared<Channel>("shop", 1);
  size_t bytes = 0;
  for (uint64_t revision = 1; revision <= 3; ++revision) {
    const auto chunks = history.Add({LargeEvent("k", 20, limits)});
    for (const auto& chunk : chunks) bytes += chunk->bytes.size();
    channel->Append(chunks, revision, absl::ZeroDuration());
  }
  ASSERT_GT(bytes, 10u << 20);
  Cursor cursor(channel, channel->GroupOf(Filter({}, {"none"})), 0);
  size_t steps = 0;
  while (!cursor.at_head()) {
    EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
    ++steps;
  }
  EXPECT_GE(steps, bytes / (limits.chunk_bytes + (256 << 10)));
}

TEST_F(CursorTest, JudgesManySmallChunksAtATime) {
  for (int i = 0; i < 100; ++i) Publish(TagEvents("tag:", 3));
  Cursor cursor = At(0, Filter({"other"}, {}));
  EXPECT_TRUE(cursor.Next(1 << 20)->slices.empty());
  EXPECT_TRUE(cursor.at_head());
}

TEST_F(CursorTest, ManyWaitFromSixtyFourPassingEventsOn) {
  const Filter filter({"tag"}, {});
  Cursor all = At(0);
  Cursor some = At(0, filter);
  EXPECT_FALSE(all.ManyWait());
  Publish(TagEvents("other:", 63));
  EXPECT_FALSE(all.ManyWait());
  Publish(TagEvents("tag:", 63));
  EXPECT_TRUE(all.ManyWait());
  EXPECT_FALSE(some.ManyWait());
  Publish(TagEvents("tag:", 1));
  EXPECT_TRUE(some.ManyWait());
}

// Whatever the sizes and wherever it begins: the same bytes as one piece.
TEST_F(CursorTest, AgreesWithANaiveReader) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 40; ++i) {
    std::vector<Targets> events = TagEvents("tag:", random() % 6 + 1);
    if (random() % 3 == 0) events.push_back(LargeEvent("k", random() % 9 + 1, kSmallParts));
    Publish(events);
  }
  for (int round = 0; round < 300; ++round) {
    const Filter filter = random() % 2 == 0 ? Filter() : Filter({"tag:1", "tag:3"}, {"q"});
    const uint64_t after = random() % (history_.head() + 1);
    const size_t max_bytes = random() % 3000 + 300;
    Cursor cursor = At(after, filter);
    std::string bytes;
    uint64_t completed = after;
    while (!cursor.at_head()) {
      const Batch batch = *cursor.Next(max_bytes);
      EXPECT_LE(batch.bytes, max_bytes);
      EXPECT_LE(batch.completed, cursor.position());
      EXPECT_GE(std::max(completed, batch.completed), completed);
      completed = std::max(completed, batch.completed);
      bytes += BytesOf(batch);
    }
    ASSERT_EQ(bytes, Expected(after, filter)) << "after " << after;
  }
}

}  // namespace
}  // namespace cache_invalidation::delivery
