#include "server/commit/group_writer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/faulty_store.h"
#include "tests/fakes/recording_publisher.h"

namespace cache_invalidation::commit {
namespace {

using storage::Store;

class GroupWriterTest : public testing::Test {
 protected:
  // A group that puts one row; its completion appends its name to `answers_`, with '!' if it was
  // abandoned.
  Group RowGroup(const std::string& name) {
    Group group = ReadGroup(name);
    group.batch.rows.push_back(
        {.namespace_name = "n", .row = {wire::RowKind::kRule, name, "value"}});
    return group;
  }

  // A group with only a completion.
  Group ReadGroup(const std::string& name) {
    Group group;
    group.size_bytes = 10;
    group.completions.push_back(
        [this, name](bool durable) { answers_ += name + (durable ? "" : "!"); });
    return group;
  }

  template <typename... Groups>
  void Write(Groups... groups) {
    std::vector<Group> all;
    (all.push_back(std::move(groups)), ...);
    writer_.Write(std::move(all));
  }

  std::string StoredRules() {
    std::string rules;
    EXPECT_TRUE(store_
                    .ScanRows("n", wire::RowKind::kRule,
                              [&rules](absl::string_view identity, absl::string_view) {
                                rules += std::string(identity);
                                return absl::OkStatus();
                              })
                    .ok());
    return rules;
  }

  FakeClock clock_;
  FaultyStore store_;
  RecordingPublisher publisher_;
  RecordingCommitObserver observer_;
  std::string answers_;
  std::vector<absl::Status> fatal_;
  GroupWriter writer_{
      store_, Store::Sync::kYes, publisher_, clock_, observer_, [this](const absl::Status& status) {
        // The process must know before any caller does.
        EXPECT_EQ(publisher_.abandoned(), 0);
        fatal_.push_back(status);
      }};
};

TEST(UnsyncedGroupWriterTest, SyncsOnlyWhatAsksForIt) {
  FakeClock clock;
  FaultyStore store;
  RecordingPublisher publisher;
  RecordingCommitObserver observer;
  GroupWriter writer(store, Store::Sync::kNo, publisher, clock, observer,
                     [](const absl::Status& status) { ADD_FAILURE() << status; });
  const auto write = [&](std::vector<bool> syncs) {
    std::vector<Group> groups;
    for (const bool sync : syncs) {
      Group group;
      group.batch.server_values = {{"name", "value"}};
      group.sync = sync;
      groups.push_back(std::move(group));
    }
    writer.Write(std::move(groups));
  };
  write({false, false});
  EXPECT_EQ(store.synced_writes(), 0);
  write({false, true, false});
  EXPECT_EQ(store.synced_writes(), 1);
  write({false});
  EXPECT_EQ(store.synced_writes(), 1);
  EXPECT_EQ(store.writes(), 3);
}

TEST_F(GroupWriterTest, WritesAllGroupsAtOnceWithOneSyncAndPublishesInOrder) {
  Write(RowGroup("a"), RowGroup("b"), RowGroup("c"));
  EXPECT_EQ(store_.writes(), 1);
  EXPECT_EQ(store_.synced_writes(), 1);
  EXPECT_EQ(StoredRules(), "abc");
  EXPECT_EQ(answers_, "abc");
  ASSERT_EQ(observer_.commits.size(), 1u);
  EXPECT_EQ(observer_.commits[0].groups, 3u);
  EXPECT_EQ(observer_.commits[0].rows, 3u);
  EXPECT_EQ(observer_.commits[0].bytes, 30u);
  EXPECT_TRUE(observer_.commits[0].written);
}

TEST_F(GroupWriterTest, ReadsCauseNoWriteButKeepTheirPlace) {
  Write(ReadGroup("r"));
  EXPECT_EQ(store_.writes(), 0);
  EXPECT_FALSE(observer_.commits.back().written);
  Write(RowGroup("a"), ReadGroup("s"), RowGroup("b"));
  EXPECT_EQ(store_.writes(), 1);
  EXPECT_EQ(answers_, "rasb");
}

TEST_F(GroupWriterTest, PublishesWhatTheGroupCarries) {
  auto chunk = std::make_shared<wire::Chunk>();
  chunk->namespace_name = "n";
  chunk->parts = {{.revision = 1, .last_part = true}};
  Group group = ReadGroup("a");
  group.batch.chunks.push_back(chunk);
  group.published.push_back({.namespace_name = "n", .chunks = {chunk}, .head = 1});
  Write(std::move(group));
  ASSERT_EQ(publisher_.published().size(), 1u);
  EXPECT_EQ(publisher_.published()[0].chunks.front(), chunk);
  EXPECT_EQ(publisher_.published()[0].head, 1u);
  EXPECT_EQ(observer_.commits.back().chunks, 1u);
}

TEST_F(GroupWriterTest, StopsForGoodAtTheFirstFailedWrite) {
  Write(RowGroup("a"));
  store_.Break();
  Write(RowGroup("b"), ReadGroup("r"), RowGroup("c"));
  ASSERT_EQ(fatal_, std::vector<absl::Status>{absl::UnavailableError("the device is broken")});
  EXPECT_EQ(answers_, "ab!r!c!");

  // Nothing is retried, written, published or completed, not even reads: no result may reveal a
  // state that the disk may not have.
  store_.Repair();
  Write(RowGroup("d"), ReadGroup("s"));
  Write(ReadGroup("t"));
  EXPECT_EQ(store_.writes(), 2);
  EXPECT_EQ(StoredRules(), "a");
  EXPECT_EQ(answers_, "ab!r!c!d!s!t!");
  EXPECT_EQ(publisher_.groups(), 1);
  EXPECT_EQ(fatal_.size(), 1u);
  EXPECT_EQ(observer_.commits.size(), 1u);
}

}  // namespace
}  // namespace cache_invalidation::commit
