// SPDX-License-Identifier: Apache-2.0

#include "client/internal/outbox_core.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

using Writes = std::vector<WriteEvent>;

constexpr absl::Duration kNever = absl::InfiniteDuration();

constexpr absl::Duration Ms(int64_t n) { return absl::Milliseconds(n); }

WriteEvent User(const std::string& id) {
  return {.resource_type = "user", .resource_id = id, .operation = "update"};
}

class OutboxCoreTest : public testing::Test {
 protected:
  void Open(const WriteOutboxOptions& options) {
    core_.emplace(options, [] { return 1.0; });
  }

  void Add(Writes writes, const std::string& namespace_name = "shop") {
    core_->Add({.namespace_name = namespace_name, .writes = std::move(writes)});
  }
  void AddEverything(const std::string& namespace_name = "shop") {
    core_->Add({.namespace_name = namespace_name, .everything = true});
  }

  OutboxBatch Next() {
    std::optional<OutboxBatch> batch = core_->Next(now_);
    EXPECT_TRUE(batch.has_value());
    return batch.value_or(OutboxBatch());
  }
  void Finish(const absl::Status& status = absl::OkStatus()) { core_->Finish(status, now_); }

  // Sends until nothing is left. Returns what was sent.
  std::vector<OutboxBatch> SendAll() {
    std::vector<OutboxBatch> sent;
    while (core_->NextAt() != kNever) {
      sent.push_back(Next());
      Finish();
    }
    return sent;
  }

  absl::Duration now_ = absl::Hours(1);
  std::optional<OutboxCore> core_{std::in_place, WriteOutboxOptions(), [] { return 1.0; }};
};

TEST_F(OutboxCoreTest, SendsWhatWasAddedAndForgetsItWhenItWasApplied) {
  EXPECT_EQ(core_->NextAt(), kNever);
  Add({User("1")});
  EXPECT_LE(core_->NextAt(), now_);
  const OutboxBatch batch = Next();
  EXPECT_EQ(batch.namespace_name, "shop");
  EXPECT_EQ(batch.writes, Writes({User("1")}));
  EXPECT_FALSE(core_->Next(now_).has_value()) << "one call at a time";
  EXPECT_EQ(core_->NextAt(), kNever);
  EXPECT_EQ(core_->OldestWaiting(), 1u) << "it is not known to be applied";
  Finish();
  EXPECT_EQ(core_->OldestWaiting(), 2u);
  const WriteOutboxStatistics statistics = core_->Statistics();
  EXPECT_EQ(statistics.waiting_writes, 0u);
  EXPECT_EQ(statistics.waiting_bytes, 0u);
  EXPECT_EQ(statistics.added, 1u);
  EXPECT_EQ(statistics.sent, 1u);
  EXPECT_EQ(statistics.widened_writes, 0u);
}

TEST_F(OutboxCoreTest, NothingIsNotKept) {
  Add({});
  EXPECT_EQ(core_->NextAt(), kNever);
  EXPECT_EQ(core_->OldestWaiting(), 1u);
}

TEST_F(OutboxCoreTest, WhatWaitsTogetherIsSentTogetherInOrder) {
  Add({User("1")});
  Add({User("2"), User("3")});
  Add({User("1")}, "bank");
  Add({User("4")});
  const std::vector<OutboxBatch> sent = SendAll();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].writes, Writes({User("1"), User("2"), User("3"), User("4")}));
  EXPECT_EQ(sent[1].namespace_name, "bank");
}

TEST_F(OutboxCoreTest, ACallHasAtMostTheWritesOfACommand) {
  Add(Writes(kMaxWritesPerCommand, User("1")));
  Add({User("2")});
  const std::vector<OutboxBatch> sent = SendAll();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].writes.size(), kMaxWritesPerCommand);
}

TEST_F(OutboxCoreTest, BacksOffAndBeginsAnewAfterASuccess) {
  Add({User("1")});
  for (const absl::Duration pause : {Ms(100), Ms(200), Ms(400)}) {
    Next();
    Finish(absl::UnavailableError("away"));
    EXPECT_EQ(core_->NextAt(), now_ + pause);
    EXPECT_FALSE(core_->Next(now_ + pause - Ms(1)).has_value());
    now_ += pause;
  }
  EXPECT_EQ(Next().writes, Writes({User("1")})) << "it is what it was";
  EXPECT_EQ(core_->Statistics().failed_calls, 3u);
  EXPECT_EQ(core_->Statistics().last_error, absl::UnavailableError("away"));
  Finish();
  EXPECT_EQ(core_->Statistics().last_error, absl::OkStatus());
  Add({User("2")});
  Next();
  Finish(absl::UnavailableError("away"));
  EXPECT_EQ(core_->NextAt(), now_ + Ms(100));
  core_->Hurry();
  EXPECT_LE(core_->NextAt(), now_);
}

TEST_F(OutboxCoreTest, AFailedBatchStaysInFrontOfWhatCameLater) {
  Add({User("1")});
  Next();
  Add({User("2")});
  Finish(absl::UnavailableError("away"));
  core_->Hurry();
  EXPECT_EQ(Next().writes, Writes({User("1"), User("2")}));
}

TEST_F(OutboxCoreTest, ANamespaceThatIsRefusedHoldsUpNoOther) {
  for (const absl::Status& error : {absl::NotFoundError("no such namespace"),
                                    absl::PermissionDeniedError(""), absl::UnauthenticatedError(""),
                                    absl::InvalidArgumentError(""), absl::UnavailableError("")}) {
    Open({});
    Add({User("1")}, "shpo");
    Add({User("2")}, "shop");
    EXPECT_EQ(Next().namespace_name, "shpo");
    Finish(error);
    EXPECT_LE(core_->NextAt(), now_) << "shop need not wait";
    now_ += absl::Minutes(1);
    EXPECT_EQ(Next().namespace_name, "shop") << "though both may send";
    Finish();
    EXPECT_EQ(core_->Statistics().last_error, error) << "what fails stays in sight";
    EXPECT_EQ(Next().namespace_name, "shpo");
    Add({User("3")}, "shop");
    Finish(error);
    EXPECT_EQ(Next().writes, Writes({User("3")}));
    Finish();
    EXPECT_GT(core_->NextAt(), now_);
    core_->Hurry();
    EXPECT_EQ(Next().namespace_name, "shpo");
    Finish();
    EXPECT_EQ(core_->NextAt(), kNever);
    EXPECT_EQ(core_->Statistics().last_error, absl::OkStatus());
  }
}

TEST_F(OutboxCoreTest, ANamespaceThatIsBusyHoldsUpNoOther) {
  Add({User("1")}, "shpo");
  Next();
  Finish(absl::UnavailableError("away"));
  now_ += Ms(100);
  Add({User("2")}, "shop");
  EXPECT_EQ(Next().namespace_name, "shpo") << "it may be what it was waiting for";
  Finish(absl::UnavailableError("away"));
  now_ += Ms(200);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Next().namespace_name, "shop");
    Finish();
    Add({User("2")}, "shop");
    EXPECT_EQ(Next().namespace_name, "shpo");
    Finish(absl::UnavailableError("away"));
    now_ += absl::Seconds(2);
  }
}

TEST_F(OutboxCoreTest, ALimitThatARefusedNamespaceReachesChangesNoOrder) {
  Open({.max_writes = 10});
  Add({User("1")}, "bank");
  Add({User("2")}, "shop");
  Next();
  Finish(absl::NotFoundError("no such namespace"));
  for (int i = 0; i < 10; ++i) Add({User(std::to_string(i))}, "bank");
  now_ += absl::Minutes(1);
  EXPECT_EQ(Next().namespace_name, "shop");
  Finish();
  EXPECT_EQ(Next().namespace_name, "bank");
}

TEST_F(OutboxCoreTest, WhatIsRefusedIsSentByItsTypesAndThenAsEverything) {
  Add({User("1"), {.resource_type = "order", .resource_id = "7", .tags = {"page:1"}}});
  Next();
  Finish(absl::InvalidArgumentError("no"));
  now_ += Ms(100);
  EXPECT_EQ(
      Next().writes,
      Writes({{.resource_type = "order"}, {.resource_type = "page"}, {.resource_type = "user"}}));
  EXPECT_EQ(core_->Statistics().widened_writes, 2u);
  Finish(absl::InvalidArgumentError("no"));
  now_ += Ms(200);
  EXPECT_TRUE(Next().everything);
  EXPECT_EQ(core_->Statistics().waiting_everything, 1u);
  EXPECT_EQ(core_->Statistics().widened_to_everything, 1u);
  EXPECT_EQ(core_->Statistics().widened_writes, 2u) << "each counts once";
  Finish(absl::InvalidArgumentError("no"));
  EXPECT_EQ(core_->NextAt(), now_ + absl::Seconds(1))
      << "nothing is left to try; it is not dropped";
  now_ += absl::Seconds(1);
  EXPECT_TRUE(Next().everything);
  Finish();
  EXPECT_EQ(core_->OldestWaiting(), 2u);
}

TEST_F(OutboxCoreTest, AnErrorThatIsNotAboutTheWritesWidensNothing) {
  for (const absl::Status& error :
       {absl::PermissionDeniedError(""), absl::UnauthenticatedError(""), absl::NotFoundError("")}) {
    Open({});
    Add({User("1")});
    Next();
    Finish(error);
    EXPECT_EQ(core_->NextAt(), now_ + absl::Seconds(1)) << "somebody has to change something";
    core_->Hurry();
    EXPECT_EQ(Next().writes, Writes({User("1")}));
  }
}

TEST_F(OutboxCoreTest, EverythingCoversWhatWaitsForItsNamespace) {
  Add({User("1")});
  Add({User("1")}, "bank");
  AddEverything();
  Add({User("2")});
  EXPECT_EQ(core_->Statistics().waiting_writes, 2u);
  Next();
  Finish();
  Next();
  Finish();
  const OutboxBatch batch = Next();
  EXPECT_TRUE(batch.everything);
  EXPECT_TRUE(batch.writes.empty());
  EXPECT_EQ(core_->OldestWaiting(), 3u);
  Add({User("3")});  // after the call began: it is not covered
  Finish();
  EXPECT_EQ(core_->OldestWaiting(), 5u);
  EXPECT_EQ(Next().writes, Writes({User("3")}));
  Finish();
  EXPECT_EQ(core_->Statistics().sent, 5u);
}

TEST_F(OutboxCoreTest, AtItsLimitItWidensToTypes) {
  Open({.max_writes = 10});
  for (int i = 0; i < 10; ++i) Add({User(std::to_string(i))});
  EXPECT_EQ(core_->Statistics().widened_writes, 0u);
  Add({User("10")});
  WriteOutboxStatistics statistics = core_->Statistics();
  EXPECT_EQ(statistics.widened_writes, 11u);
  EXPECT_EQ(statistics.waiting_writes, 1u);
  EXPECT_EQ(statistics.widened_to_everything, 0u);
  Add({User("11")});
  const std::vector<OutboxBatch> sent = SendAll();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].writes, Writes({{.resource_type = "user"}, User("11")}));
  EXPECT_EQ(core_->Statistics().sent, 12u);
}

TEST_F(OutboxCoreTest, TypesThatFillItBecomeEverything) {
  Open({.max_writes = 10});
  for (int i = 0; i < 11; ++i) Add({{.resource_type = "type" + std::to_string(i)}});
  const WriteOutboxStatistics statistics = core_->Statistics();
  EXPECT_EQ(statistics.waiting_writes, 0u);
  EXPECT_EQ(statistics.waiting_everything, 1u);
  EXPECT_EQ(statistics.widened_to_everything, 1u);
  Add({User("1")});
  EXPECT_EQ(core_->Statistics().waiting_writes, 0u) << "it is covered";
  const std::vector<OutboxBatch> sent = SendAll();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].everything);
  EXPECT_EQ(sent[0].adds, 12u);
}

TEST_F(OutboxCoreTest, BytesAreALimitToo) {
  Open({.max_bytes = 1000});
  for (int i = 0; i < 20; ++i) {
    Add({{.resource_type = "user",
          .resource_id = std::to_string(i),
          .context = {{"name", std::string(100, 'x')}}}});
    EXPECT_LE(core_->Statistics().waiting_bytes, 1000u);
  }
  EXPECT_GT(core_->Statistics().widened_writes, 0u);
}

TEST_F(OutboxCoreTest, WhatIsBeingSentIsKeptWhileTheRestIsWidened) {
  Open({.max_writes = 10});
  Add({User("1")});
  Next();
  for (int i = 0; i < 10; ++i) Add({User(std::to_string(i))});
  Finish(absl::UnavailableError("away"));
  core_->Hurry();
  EXPECT_EQ(Next().writes, Writes({User("1"), {.resource_type = "user"}}));
}

TEST_F(OutboxCoreTest, EachNamespaceIsWidenedForItself) {
  Open({.max_writes = 10});
  for (int i = 0; i < 6; ++i) {
    Add({User(std::to_string(i))}, "shop");
    Add({User(std::to_string(i))}, "bank");
  }
  const std::vector<OutboxBatch> sent = SendAll();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].namespace_name, "shop");
  EXPECT_EQ(sent[0].writes, Writes({{.resource_type = "user"}}));
  EXPECT_EQ(sent[1].namespace_name, "bank");
  EXPECT_EQ(sent[1].writes, Writes({{.resource_type = "user"}, User("5")}));
}

TEST_F(OutboxCoreTest, GivesBackWhatIsLeft) {
  Add({User("1")});
  Next();
  Add({User("1")}, "bank");
  const std::vector<OutboxBatch> rest = core_->TakeAll();
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].namespace_name, "shop");
  EXPECT_EQ(rest[1].namespace_name, "bank");
  EXPECT_EQ(core_->NextAt(), kNever);
  EXPECT_EQ(core_->Statistics().waiting_bytes, 0u);
}

}  // namespace
}  // namespace cache_invalidation::client::internal
