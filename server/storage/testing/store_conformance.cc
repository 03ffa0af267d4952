// SPDX-License-Identifier: Apache-2.0

#include "server/storage/testing/store_conformance.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/testing/store_script.h"

namespace cache_invalidation::storage {
namespace {

TEST_P(StoreConformanceTest, BeginsEmpty) {
  EXPECT_EQ(*store_->ListNamespaces(), std::vector<std::string>{});
  EXPECT_EQ(Scan(*store_, "n", RowKind::kMeta), Rows{});
  EXPECT_EQ(Retained(*store_, "n"), RetainedRevisions{});
  EXPECT_EQ(Read(*store_, "n", {1, 0}), Spans{});
  EXPECT_EQ(Read(*store_, "n", {0, 0}), Spans{"OUT_OF_RANGE"});
}

TEST_P(StoreConformanceTest, ScansOneKindOfOneNamespaceInTheOrderOfIdentities) {
  WriteBatch batch;
  batch.rows = {
      Put("n", RowKind::kRule, "b", "2"),  Put("n", RowKind::kRule, "a", "1"),
      Put("n", RowKind::kEntry, "a", "3"), Put("m", RowKind::kRule, "c", "4"),
      Put("n", RowKind::kRule, "", "0"),   Put("n", RowKind::kRule, std::string("a\0\xff", 3), "5"),
  };
  ASSERT_TRUE(Write(*store_, batch).ok());
  EXPECT_EQ(Scan(*store_, "n", RowKind::kRule),
            (Rows{{"", "0"}, {"a", "1"}, {std::string("a\0\xff", 3), "5"}, {"b", "2"}}));
  EXPECT_EQ(Scan(*store_, "n", RowKind::kEntry), (Rows{{"a", "3"}}));
  EXPECT_EQ(Scan(*store_, "m", RowKind::kRule), (Rows{{"c", "4"}}));
}

TEST_P(StoreConformanceTest, NamespacesThatArePrefixesOfEachOtherDoNotMix) {
  WriteBatch batch;
  batch.rows = {Put("n", RowKind::kRule, "mx", "1"), Put("nm", RowKind::kRule, "x", "2")};
  batch.chunks = {Revisions("n", 1, 2), Revisions("nm", 1, 1)};
  ASSERT_TRUE(Write(*store_, batch).ok());
  EXPECT_EQ(Scan(*store_, "n", RowKind::kRule), (Rows{{"mx", "1"}}));
  EXPECT_EQ(Scan(*store_, "nm", RowKind::kRule), (Rows{{"x", "2"}}));
  EXPECT_EQ(Read(*store_, "n", {1, 0}), Spans{"1-2"});
  EXPECT_EQ(Read(*store_, "nm", {1, 0}), Spans{"1-1"});
}

TEST_P(StoreConformanceTest, LaterChangesOfARowSupersedeEarlierOnes) {
  WriteBatch first;
  first.rows = {
      Put("n", RowKind::kRule, "twice", "old"), Put("n", RowKind::kRule, "twice", "new"),
      Put("n", RowKind::kRule, "gone", "x"),    Delete("n", RowKind::kRule, "gone"),
      Delete("n", RowKind::kRule, "back"),      Put("n", RowKind::kRule, "back", "y"),
  };
  WriteBatch second;
  second.rows = {Put("n", RowKind::kRule, "twice", "newest"),
                 Delete("n", RowKind::kRule, "never there")};
  ASSERT_TRUE(store_->Write({&first, &second}, Store::Sync::kNo).ok());
  EXPECT_EQ(Scan(*store_, "n", RowKind::kRule), (Rows{{"back", "y"}, {"twice", "newest"}}));
}

TEST_P(StoreConformanceTest, TheFirstErrorOfAVisitorEndsTheScan) {
  WriteBatch batch;
  batch.rows = {Put("n", RowKind::kRule, "a", ""), Put("n", RowKind::kRule, "b", "")};
  ASSERT_TRUE(Write(*store_, batch).ok());
  int visited = 0;
  const absl::Status status =
      store_->ScanRows("n", RowKind::kRule, [&](absl::string_view, absl::string_view) {
        ++visited;
        return absl::DataLossError("unreadable");
      });
  EXPECT_EQ(status, absl::DataLossError("unreadable"));
  EXPECT_EQ(visited, 1);
}

TEST_P(StoreConformanceTest, ANamespaceExistsWhileItHasRows) {
  WriteBatch batch;
  batch.rows = {Put("b", RowKind::kMeta, "", "1"), Put("a", RowKind::kEntry, "k", "1"),
                Put("c", RowKind::kMeta, "", "1")};
  batch.chunks = {Revisions("only chunks", 1, 1)};
  ASSERT_TRUE(Write(*store_, batch).ok());
  EXPECT_EQ(*store_->ListNamespaces(), (std::vector<std::string>{"a", "b", "c"}));
  WriteBatch removal;
  removal.rows = {Delete("c", RowKind::kMeta, "")};
  ASSERT_TRUE(Write(*store_, removal).ok());
  EXPECT_EQ(*store_->ListNamespaces(), (std::vector<std::string>{"a", "b"}));
}

// Also if the next history begins below, inside or after the deleted one.
TEST_P(StoreConformanceTest, ADeletedNamespaceLeavesNothingBehind) {
  for (const uint64_t first : {1, 4, 20}) {
    WriteBatch batch;
    batch.rows = {Put("n", RowKind::kRule, "a", "1"), Put("n", RowKind::kEntry, "k", "1"),
                  Put("nm", RowKind::kRule, "a", "2")};
    batch.deleted_namespaces = {"nm"};
    batch.chunks = {Revisions("n", 1, 3), Revisions("n", 4, 9), Revisions("nm", 7, 7)};
    ASSERT_TRUE(Write(*store_, batch).ok());
    ASSERT_TRUE(Trim(*store_, "n", 2).ok());

    WriteBatch deletion;
    deletion.deleted_namespaces = {"n", "never there"};
    ASSERT_TRUE(Write(*store_, deletion).ok());
    EXPECT_EQ(*store_->ListNamespaces(), std::vector<std::string>{"nm"});
    EXPECT_EQ(Scan(*store_, "n", RowKind::kRule), Rows{});
    EXPECT_EQ(Scan(*store_, "n", RowKind::kEntry), Rows{});
    EXPECT_EQ(Retained(*store_, "n"), RetainedRevisions{});
    EXPECT_EQ(Read(*store_, "n", {1, 0}), Spans{});
    EXPECT_EQ(Scan(*store_, "nm", RowKind::kRule), (Rows{{"a", "2"}}));
    EXPECT_EQ(Read(*store_, "nm", {7, 0}), Spans{"7-7"});

    WriteBatch next;
    next.rows = {Put("n", RowKind::kRule, "b", "3")};
    next.chunks = {Revisions("n", first, first + 1)};
    ASSERT_TRUE(Write(*store_, next).ok());
    EXPECT_EQ(Scan(*store_, "n", RowKind::kRule), (Rows{{"b", "3"}}));
    EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{first - 1, first + 1}));
    EXPECT_EQ(Read(*store_, "n", {first, 0}), Spans{absl::StrCat(first, "-", first + 1)});
    ASSERT_TRUE(Write(*store_, deletion).ok());
  }
}

// One write of one batch or several: what follows the deletion in it stays, what precedes it is
// deleted.
TEST_P(StoreConformanceTest, ANamespaceMayBeDeletedAndBeginAnewInOneWrite) {
  WriteBatch before;
  before.rows = {Put("n", RowKind::kRule, "a", "1")};
  before.chunks = {Revisions("n", 1, 3)};
  WriteBatch after;
  after.deleted_namespaces = {"n"};
  after.rows = {Put("n", RowKind::kRule, "b", "2")};
  after.chunks = {Revisions("n", 5, 5)};
  ASSERT_TRUE(store_->Write({&before, &after}, Store::Sync::kNo).ok());
  EXPECT_EQ(Scan(*store_, "n", RowKind::kRule), (Rows{{"b", "2"}}));
  EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{4, 5}));
  EXPECT_EQ(Read(*store_, "n", {5, 0}), Spans{"5-5"});
}

TEST_P(StoreConformanceTest, ReadsFromTheChunkThatHoldsTheRevision) {
  Append(*store_, {Revisions("n", 1, 3), Revisions("n", 4, 4), Revisions("n", 5, 9)});
  EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{0, 9}));
  EXPECT_EQ(Read(*store_, "n", {1, 0}), (Spans{"1-3", "4-4", "5-9"}));
  EXPECT_EQ(Read(*store_, "n", {3, 0}), (Spans{"1-3", "4-4", "5-9"}));
  EXPECT_EQ(Read(*store_, "n", {4, 0}), (Spans{"4-4", "5-9"}));
  EXPECT_EQ(Read(*store_, "n", {9, 0}), (Spans{"5-9"}));
  EXPECT_EQ(Read(*store_, "n", {10, 0}), Spans{});
}

TEST_P(StoreConformanceTest, ChunksComeBackAsTheyWere) {
  const ChunkPtr written = MakeChunk("n", {{.revision = 1, .number = 0, .last_part = true},
                                           {.revision = 2, .number = 0, .last_part = false},
                                           {.revision = 2, .number = 1, .last_part = true}});
  Append(*store_, {written});
  const auto read = store_->ReadChunks("n", {1, 0}, kEverything);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 1u);
  const wire::Chunk& chunk = *read->front();
  EXPECT_EQ(chunk.bytes, written->bytes);
  ASSERT_EQ(chunk.parts.size(), written->parts.size());
  for (size_t i = 0; i < chunk.parts.size(); ++i) {
    EXPECT_EQ(chunk.parts[i].revision, written->parts[i].revision);
    EXPECT_EQ(chunk.parts[i].number, written->parts[i].number);
    EXPECT_EQ(chunk.parts[i].last_part, written->parts[i].last_part);
    EXPECT_EQ(chunk.part_bytes(chunk.parts[i]), written->part_bytes(written->parts[i]));
  }
}

TEST_P(StoreConformanceTest, ReadsUpToTheByteLimitButAtLeastOneChunk) {
  Append(*store_, {Revisions("n", 1, 3), Revisions("n", 4, 4), Revisions("n", 5, 9)});
  EXPECT_EQ(Read(*store_, "n", {1, 0}, 0), (Spans{"1-3"}));
  EXPECT_EQ(Read(*store_, "n", {1, 0}, 4 * kEntryBytes - 1), (Spans{"1-3"}));
  EXPECT_EQ(Read(*store_, "n", {1, 0}, 4 * kEntryBytes), (Spans{"1-3", "4-4"}));
  EXPECT_EQ(Read(*store_, "n", {4, 0}, 6 * kEntryBytes), (Spans{"4-4", "5-9"}));
}

TEST_P(StoreConformanceTest, ARevisionOverSeveralChunksIsReadPartByPart) {
  Append(*store_, {
                      MakeChunk("n", {{.revision = 1, .number = 0, .last_part = true},
                                      {.revision = 2, .number = 0}}),
                      MakeChunk("n", {{.revision = 2, .number = 1}}),
                      MakeChunk("n", {{.revision = 2, .number = 2, .last_part = true},
                                      {.revision = 3, .number = 0, .last_part = true}}),
                  });
  EXPECT_EQ(Read(*store_, "n", {2, 0}), (Spans{"1-2", "2-2", "2-3"}));
  EXPECT_EQ(Read(*store_, "n", {2, 1}), (Spans{"2-2", "2-3"}));
  EXPECT_EQ(Read(*store_, "n", {2, 2}), (Spans{"2-3"}));
  EXPECT_EQ(Read(*store_, "n", {3, 0}), (Spans{"2-3"}));
  EXPECT_EQ(Read(*store_, "n", {2, 1}, 0), (Spans{"2-2"}));
}

TEST_P(StoreConformanceTest, TrimMovesTheFloorToTheRevision) {
  Append(*store_, {Revisions("n", 1, 3), Revisions("n", 4, 4), Revisions("n", 5, 9)});
  ASSERT_TRUE(Trim(*store_, "n", 6).ok());
  EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{6, 9}));
  EXPECT_EQ(Read(*store_, "n", {6, 0}), Spans{"OUT_OF_RANGE"});
  EXPECT_EQ(Read(*store_, "n", {7, 0}), Spans{"5-9"});
  ASSERT_TRUE(Trim(*store_, "n", 2).ok());
  EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{6, 9}));
}

TEST_P(StoreConformanceTest, ATrimOfEverythingKeepsTheHead) {
  Append(*store_, {Revisions("n", 1, 3)});
  ASSERT_TRUE(Trim(*store_, "n", 3).ok());
  EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{3, 3}));
  EXPECT_EQ(Read(*store_, "n", {4, 0}), Spans{});
  Append(*store_, {Revisions("n", 4, 5)});
  EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{3, 5}));
  EXPECT_EQ(Read(*store_, "n", {4, 0}), Spans{"4-5"});
}

TEST_P(StoreConformanceTest, ATrimMayCoverChunksOfTheSameBatch) {
  WriteBatch batch;
  batch.chunks = {Revisions("n", 1, 2), Revisions("n", 3, 4)};
  batch.trims = {{"n", 2}};
  ASSERT_TRUE(Write(*store_, batch).ok());
  EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{2, 4}));
  EXPECT_EQ(Read(*store_, "n", {3, 0}), Spans{"3-4"});
}

TEST_P(StoreConformanceTest, AHistoryMayBeginAtAnyRevision) {
  Append(*store_, {Revisions("n", 7, 8)});
  EXPECT_EQ(Retained(*store_, "n"), (RetainedRevisions{6, 8}));
  EXPECT_EQ(Read(*store_, "n", {6, 0}), Spans{"OUT_OF_RANGE"});
  EXPECT_EQ(Read(*store_, "n", {7, 0}), Spans{"7-8"});
}

TEST_P(StoreConformanceTest, WhatWasReadOutlivesATrimAndTheStoreGoesOn) {
  Append(*store_, {Revisions("n", 1, 2)});
  const auto read = store_->ReadChunks("n", {1, 0}, kEverything);
  ASSERT_TRUE(read.ok());
  const std::string bytes = read->front()->bytes;
  ASSERT_TRUE(Trim(*store_, "n", 2).ok());
  EXPECT_EQ(read->front()->bytes, bytes);
}

TEST_P(StoreConformanceTest, AnEmptyWriteIsFine) {
  const WriteBatch empty;
  EXPECT_TRUE(empty.empty());
  EXPECT_TRUE(Write(*store_, empty, Store::Sync::kYes).ok());
  EXPECT_TRUE(store_->Write({}, Store::Sync::kYes).ok());
}

TEST_P(StoreConformanceTest, KeepsTheNewestValueOfTheServerUnderEachName) {
  EXPECT_EQ(ServerValue(*store_, "a"), "absent");
  WriteBatch first;
  first.server_values = {{"a", "old"}, {"b", ""}, {"a", "new"}};
  EXPECT_FALSE(first.empty());
  WriteBatch second;
  second.server_values = {{"ab", std::string("\0\xff", 2)}};
  ASSERT_TRUE(store_->Write({&first, &second}, Store::Sync::kYes).ok());
  EXPECT_EQ(ServerValue(*store_, "a"), "new");
  EXPECT_EQ(ServerValue(*store_, "b"), "");
  EXPECT_EQ(ServerValue(*store_, "ab"), std::string("\0\xff", 2));
  EXPECT_EQ(*store_->ListNamespaces(), std::vector<std::string>{}) << "they belong to no namespace";
}

// A writer appends revision i together with a row that contains i; a reader never sees one without
// the other.
TEST_P(StoreConformanceTest, ReadersSeeWholeWrites) {
  constexpr uint64_t kWrites = 300;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (uint64_t revision = 1; revision <= kWrites; ++revision) {
      WriteBatch rows;
      rows.rows = {Put("n", RowKind::kMeta, "", absl::StrCat(revision))};
      WriteBatch chunks;
      chunks.chunks = {Revisions("n", revision, revision)};
      EXPECT_TRUE(store_->Write({&rows, &chunks}, Store::Sync::kNo).ok());
    }
    done = true;
  });
  while (!done) {
    const uint64_t before = Retained(*store_, "n").head;
    const Rows rows = Scan(*store_, "n", RowKind::kMeta);
    const uint64_t after = Retained(*store_, "n").head;
    const uint64_t row = rows.empty() ? 0 : std::stoull(rows.front().second);
    EXPECT_LE(before, row);
    EXPECT_LE(row, after);
  }
  writer.join();
  EXPECT_EQ(Retained(*store_, "n").head, kWrites);
}

}  // namespace

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformanceTest);

}  // namespace cache_invalidation::storage
