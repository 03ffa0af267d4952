// SPDX-License-Identifier: Apache-2.0

#include "server/shard/group_builder.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/wire/record_codec.h"

namespace cache_invalidation::shard {
namespace {

engine::Event EventAt(uint64_t revision) {
  engine::Event event;
  event.revision = revision;
  event.invalidations.push_back({.name = "a:tag"});
  return event;
}

engine::RecordChange MetaAt(uint64_t head) {
  engine::MetaRecord meta;
  meta.head = head;
  return {.record = meta, .deleted = false};
}

engine::RecordChange KeyRevision(const std::string& key, bool deleted = false) {
  return {.record = engine::KeyRevisionRecord{.key = key, .evicted = 1}, .deleted = deleted};
}

TEST(GroupBuilderTest, GathersTheEventsOfANamespaceInOneChunk) {
  GroupBuilder builder;
  builder.AddEvents("b", {EventAt(4), EventAt(5)});
  builder.AddEvents("a", {EventAt(9)});
  builder.AddEvents("b", {EventAt(6)});
  builder.AddEvents("c", {});
  const auto [group, stats] = builder.Seal();
  ASSERT_EQ(group.published.size(), 2u);
  EXPECT_EQ(group.published[0].namespace_name, "a");
  EXPECT_EQ(group.published[0].head, 9u);
  EXPECT_EQ(group.published[1].namespace_name, "b");
  EXPECT_EQ(group.published[1].head, 6u);
  ASSERT_EQ(group.published[1].chunks.size(), 1u);
  EXPECT_EQ(group.published[1].chunks[0]->first_revision(), 4u);
  EXPECT_EQ(group.published[1].chunks[0]->last_revision(), 6u);
  // What is stored is what is published.
  ASSERT_EQ(group.batch.chunks.size(), 2u);
  EXPECT_EQ(group.batch.chunks[1], group.published[1].chunks[0]);
  EXPECT_EQ(stats.events, 4u);
  EXPECT_EQ(stats.chunks, 2u);
}

TEST(GroupBuilderTest, WritesTheMetaRecordOnce) {
  GroupBuilder builder;
  builder.AddChange("n", MetaAt(1));
  builder.AddChange("n", KeyRevision("k"));
  builder.AddChange("n", MetaAt(2));
  const auto [group, stats] = builder.Seal();
  ASSERT_EQ(group.batch.rows.size(), 2u);
  const wire::Row& row = group.batch.rows[1].row;
  const auto record = wire::DecodeRecord(row.kind, row.identity, row.value);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(std::get<engine::MetaRecord>(*record).head, 2u);
  EXPECT_EQ(stats.rows, 2u);
}

TEST(GroupBuilderTest, KeepsTheOrderOfChanges) {
  GroupBuilder builder;
  builder.AddChange("n", KeyRevision("k"));
  builder.AddChange("n", KeyRevision("k", /*deleted=*/true));
  const auto [group, stats] = builder.Seal();
  ASSERT_EQ(group.batch.rows.size(), 2u);
  EXPECT_FALSE(group.batch.rows[0].deleted);
  EXPECT_TRUE(group.batch.rows[1].deleted);
  EXPECT_EQ(group.batch.rows[1].row.identity, "k");
}

TEST(GroupBuilderTest, CountsItsMemoryAndBeginsAnewOnceSealed) {
  GroupBuilder builder;
  EXPECT_TRUE(builder.empty());
  builder.AddEvents("n", {EventAt(1)});
  EXPECT_FALSE(builder.empty());
  const size_t with_event = builder.size_bytes();
  EXPECT_GT(with_event, 0u);
  builder.AddCompletion([](bool) {}, 100);
  EXPECT_EQ(builder.size_bytes(), with_event + 100);
  builder.CountCommand();
  builder.CountQuery();
  const auto [group, stats] = builder.Seal();
  EXPECT_EQ(group.size_bytes, with_event + 100);
  EXPECT_EQ(stats.bytes, with_event + 100);
  EXPECT_EQ(stats.submissions, 1u);
  EXPECT_EQ(stats.commands, 1u);
  EXPECT_EQ(stats.queries, 1u);
  EXPECT_TRUE(builder.empty());
  EXPECT_EQ(builder.size_bytes(), 0u);
  EXPECT_EQ(builder.Seal().second.commands, 0u);
}

TEST(GroupBuilderTest, TrimsAndCompletionsAloneMakeAGroup) {
  GroupBuilder trims;
  trims.AddTrim("n", 3);
  EXPECT_FALSE(trims.empty());
  EXPECT_EQ(trims.Seal().first.batch.trims.front().floor, 3u);
  GroupBuilder reads;
  reads.AddCompletion([](bool) {}, 1);
  EXPECT_FALSE(reads.empty());
  EXPECT_TRUE(reads.Seal().first.batch.empty());
}

}  // namespace
}  // namespace cache_invalidation::shard
