// SPDX-License-Identifier: Apache-2.0

#include "client/write_outbox.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "client/logging.h"
#include "client/testing/unimplemented_connection.h"
#include "common/mutex.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::client {
namespace {

using Writes = std::vector<WriteEvent>;

const WriteEvent kUserWrite = {.resource_type = "user", .resource_id = "1", .operation = "update"};

// Answers with the errors of a script, then with OK. Held calls end only when they are cancelled.
class OutboxConnection final : public UnimplementedConnection {
 public:
  using UnimplementedConnection::Start;

  void Start(const InvalidateByWritesParams& params, ResultCallback<WriteResult> done) override {
    {
      MutexLock lock(mutex_);
      sent_.push_back(params);
    }
    if (hold) {
      MutexLock lock(mutex_);
      held_.emplace(params.options.cancellation,
                    [done] { done(absl::CancelledError("cancelled by the caller")); });
      changed_.NotifyAll();
      return;
    }
    const absl::Status status = Next();
    if (!status.ok()) return done(status);
    done(WriteResult{});
  }

  void Start(const InvalidateParams& params, ResultCallback<InvalidationResult> done) override {
    EXPECT_TRUE(params.everything);
    {
      MutexLock lock(mutex_);
      invalidated_.push_back(*params.options.namespace_name);
    }
    const absl::Status status = Next();
    if (!status.ok()) return done(status);
    done(InvalidationResult{});
  }

  void Script(std::deque<absl::Status> script) {
    MutexLock lock(mutex_);
    script_ = std::move(script);
  }

  void AwaitCalls(size_t count) {
    MutexLock lock(mutex_);
    while (sent_.size() < count) changed_.Wait(mutex_);
  }

  std::vector<InvalidateByWritesParams> sent() {
    MutexLock lock(mutex_);
    return sent_;
  }
  std::vector<std::string> invalidated() {
    MutexLock lock(mutex_);
    return invalidated_;
  }

  bool hold = false;  // set before the calls

 private:
  absl::Status Next() {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
    if (script_.empty()) return absl::OkStatus();
    absl::Status status = script_.front();
    script_.pop_front();
    return status;
  }

  Mutex mutex_;
  CondVar changed_;
  std::deque<absl::Status> script_ ABSL_GUARDED_BY(mutex_);
  std::vector<InvalidateByWritesParams> sent_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> invalidated_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::stop_callback<std::function<void()>>> held_;
};

class WriteOutboxTest : public testing::Test {
 protected:
  UnsentWrites Unsent(const std::string& namespace_name = "shop") const {
    return {.namespace_name = namespace_name, .writes = {kUserWrite}};
  }

  std::shared_ptr<OutboxConnection> connection_ = std::make_shared<OutboxConnection>();
  const Client client_{connection_};
};

TEST_F(WriteOutboxTest, SendsToTheNamespaceOfTheWrites) {
  RetryingOutbox outbox(client_.InNamespace("bank"),
                        {.call = {.namespace_name = "zoo", .deadline = absl::Seconds(9)}});
  outbox.Add(Unsent());
  outbox.Add(Unsent(""));
  EXPECT_TRUE(outbox.Flush(absl::InfiniteDuration()));
  const auto sent = connection_->sent();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].writes, Writes({kUserWrite}));
  EXPECT_EQ(sent[0].options.namespace_name, "shop");
  EXPECT_EQ(sent[0].options.deadline, absl::Seconds(9));
  EXPECT_EQ(sent[1].options.namespace_name, "") << "the service's default";
  EXPECT_EQ(outbox.Statistics().sent, 2u);
}

TEST_F(WriteOutboxTest, SendsEverything) {
  RetryingOutbox outbox(client_);
  outbox.Add({.namespace_name = "shop", .everything = true});
  EXPECT_TRUE(outbox.Flush(absl::InfiniteDuration()));
  EXPECT_EQ(connection_->invalidated(), std::vector<std::string>({"shop"}));
}

TEST_F(WriteOutboxTest, TriesAgainAfterAPause) {
  FakeClock clock;
  connection_->Script({absl::UnavailableError("away"), absl::UnavailableError("away")});
  RetryingOutbox outbox(client_, {.clock = &clock, .random = [] { return 1.0; }});
  outbox.Add(Unsent());
  connection_->AwaitCalls(1);
  clock.AwaitWaiters(1);
  EXPECT_FALSE(outbox.Statistics().last_error.ok());
  clock.Advance(absl::Milliseconds(100));
  connection_->AwaitCalls(2);
  clock.AwaitWaiters(1);
  EXPECT_FALSE(outbox.Flush(absl::ZeroDuration())) << "which ends the pause, but does not wait";
  connection_->AwaitCalls(3);
  EXPECT_TRUE(outbox.Flush(absl::InfiniteDuration()));
  EXPECT_EQ(connection_->sent().size(), 3u);
  EXPECT_EQ(outbox.Statistics().failed_calls, 2u);
}

TEST_F(WriteOutboxTest, FlushesNothing) {
  RetryingOutbox outbox(client_);
  EXPECT_TRUE(outbox.Flush(absl::ZeroDuration()));
}

TEST_F(WriteOutboxTest, ItsEndCancelsTheCallAndAbandonsTheRest) {
  connection_->hold = true;
  std::vector<UnsentWrites> abandoned;
  {
    RetryingOutbox outbox(
        client_, {.on_abandoned = [&](const UnsentWrites& rest) { abandoned.push_back(rest); }});
    outbox.Add(Unsent());
    connection_->AwaitCalls(1);
    outbox.Add({.namespace_name = "bank", .everything = true});
  }
  ASSERT_EQ(abandoned.size(), 2u);
  EXPECT_EQ(abandoned[0].namespace_name, "shop");
  EXPECT_EQ(abandoned[0].writes, Writes({kUserWrite}));
  EXPECT_EQ(abandoned[1].namespace_name, "bank");
  EXPECT_TRUE(abandoned[1].everything);
}

TEST_F(WriteOutboxTest, WhatNobodyTakesIsLogged) {
  std::vector<std::string> logged;
  Mutex mutex;
  SetLogSink([&](const LogEntry& entry) {
    MutexLock lock(mutex);
    logged.emplace_back(entry.message);
  });
  connection_->hold = true;
  {
    RetryingOutbox outbox(client_);
    outbox.Add(Unsent());
    connection_->AwaitCalls(1);
  }
  SetLogSink({});
  ASSERT_EQ(logged.size(), 1u);
  EXPECT_EQ(logged[0],
            "outbox: abandoned in namespace \"shop\": writes: 1; other processes can serve old "
            "values");
}

}  // namespace
}  // namespace cache_invalidation::client
