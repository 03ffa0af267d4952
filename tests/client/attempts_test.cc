// SPDX-License-Identifier: Apache-2.0

// What ClientOptions::on_attempt gets of streams, from a service that goes and comes back. Attempts
// of calls: client/internal/started_call_test.cc.

#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "client/testing/fake_server.h"
#include "common/mutex.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

using Kind = CallAttempt::Kind;

class AttemptsTest : public testing::Test {
 protected:
  Client MakeClient() {
    return Client(server_.Connect({.on_attempt = [this](const CallAttempt& attempt) {
      MutexLock lock(mutex_);
      attempts_.push_back(attempt);
      changed_.NotifyAll();
    }}));
  }

  // Blocks until the last attempt satisfies this. Returns all of them.
  template <typename Predicate>
  std::vector<CallAttempt> Await(Predicate predicate) {
    MutexLock lock(mutex_);
    while (attempts_.empty() || !predicate(attempts_.back())) changed_.Wait(mutex_);
    return attempts_;
  }

  FakeServer server_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<CallAttempt> attempts_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(AttemptsTest, ASubscriptionReportsEachStream) {
  const auto subscription = MakeClient().Subscribe({.name = "test"}, {});
  std::vector<CallAttempt> seen = Await([](const CallAttempt& one) { return one.status.ok(); });
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind, Kind::kStreamOpened);
  EXPECT_EQ(seen[0].method, "cache_invalidation.v1.SubscriptionService/Subscribe");
  EXPECT_EQ(seen[0].number, 1u);
  EXPECT_GT(seen[0].latency, absl::ZeroDuration());

  server_.Refuse(absl::UnavailableError("draining"));
  // The end of the first stream, then attempts that fail.
  seen = Await([](const CallAttempt& one) { return one.number == 2; });
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[1].kind, Kind::kStreamEnded);
  EXPECT_EQ(seen[1].number, 1u);
  EXPECT_GE(seen[1].latency, seen[0].latency);
  EXPECT_EQ(seen[2].kind, Kind::kStreamEnded);
  EXPECT_EQ(seen[2].number, 1u) << "since the last stream that was opened";
  EXPECT_EQ(seen[3].kind, Kind::kStreamEnded);
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_FALSE(seen[i].status.ok());

  server_.Accept();
  seen = Await([](const CallAttempt& one) { return one.kind == Kind::kStreamOpened; });
  EXPECT_GE(seen.back().number, 3u);
  subscription->Stop();
  seen = Await([](const CallAttempt&) { return true; });
  EXPECT_EQ(seen.back().kind, Kind::kStreamEnded) << "also that it was stopped";
}

TEST_F(AttemptsTest, AWriteStreamReportsEachStream) {
  const auto stream = MakeClient().OpenWriteStream();
  stream->Write({{.resource_type = "user"}}, nullptr);
  stream->Flush();
  std::vector<CallAttempt> seen = Await([](const CallAttempt&) { return true; });
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind, Kind::kStreamOpened);
  EXPECT_EQ(seen[0].method, "cache_invalidation.v1.WriteEventService/StreamWrites");
  stream->Close();
  seen = Await([](const CallAttempt& one) { return one.kind == Kind::kStreamEnded; });
  EXPECT_EQ(seen.back().number, 1u);
}

}  // namespace
}  // namespace cache_invalidation::client
