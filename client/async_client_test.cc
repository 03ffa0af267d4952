// SPDX-License-Identifier: Apache-2.0

#include "client/async_client.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/testing/unimplemented_connection.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

// Holds look-ups until Answer, and completes writes at once with their number.
class HoldingConnection final : public UnimplementedConnection {
 public:
  // The other overloads are inherited.
  using UnimplementedConnection::Start;

  void Start(const LookupEntryParams& params, ResultCallback<EntryLookup> done) override {
    started.push_back(params);
    held.push_back(std::move(done));
  }

  std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) override {
    opened.push_back(params);
    return std::make_unique<NumberingStream>(*this);
  }

  // Completes the oldest look-up that is held.
  void Answer(absl::StatusOr<EntryLookup> result) {
    const ResultCallback<EntryLookup> done = std::move(held.front());
    held.pop_front();
    done(std::move(result));
  }

  std::vector<LookupEntryParams> started;
  std::deque<ResultCallback<EntryLookup>> held;
  std::vector<OpenWriteStreamParams> opened;
  uint64_t written = 0;
  bool closed = false;

 private:
  class NumberingStream final : public WriteStream {
   public:
    explicit NumberingStream(HoldingConnection& connection) : connection_(connection) {}
    void Write(std::vector<WriteEvent> writes, WriteCallback done) override {
      if (writes.empty()) return done(absl::InvalidArgumentError("writes: expected 1 to 10000"));
      done(WriteResult{.position = {.revision = ++connection_.written}});
    }
    void Flush() override {}
    void Close() override { connection_.closed = true; }

   private:
    HoldingConnection& connection_;
  };
};

class AsyncClientTest : public testing::Test {
 protected:
  std::shared_ptr<HoldingConnection> connection_ = std::make_shared<HoldingConnection>();
  const WriteEvent write_ = {.resource_type = "user", .resource_id = "1"};
};

TEST_F(AsyncClientTest, AnswersToACallback) {
  AsyncClient client(connection_);
  std::vector<EntryState> states;
  client.Call(&Connection::LookupEntry, {.key = "k"},
              [&](const absl::StatusOr<EntryLookup>& result) { states.push_back(result->state); });
  ASSERT_EQ(connection_->started.size(), 1u);
  EXPECT_EQ(connection_->started[0].key, "k");
  EXPECT_TRUE(states.empty());
  connection_->Answer(EntryLookup{.state = EntryState::kFresh});
  EXPECT_EQ(states, std::vector<EntryState>({EntryState::kFresh}));
}

TEST_F(AsyncClientTest, AnswersToAFuture) {
  AsyncClient client(connection_);
  std::future<absl::StatusOr<EntryLookup>> good = client.Call(&Connection::LookupEntry, {});
  std::future<absl::StatusOr<EntryLookup>> bad = client.Call(&Connection::LookupEntry, {});
  connection_->Answer(EntryLookup{.state = EntryState::kStale});
  connection_->Answer(absl::UnavailableError("draining"));
  EXPECT_EQ(good.get()->state, EntryState::kStale);
  EXPECT_EQ(bad.get().status(), absl::UnavailableError("draining"));
}

TEST_F(AsyncClientTest, WorksInItsNamespaceUnlessACallNamesAnother) {
  AsyncClient client(connection_, {.namespace_name = "shop"});
  const auto ignore = [](const absl::StatusOr<EntryLookup>&) {};
  client.Call(&Connection::LookupEntry, {}, ignore);
  client.Call(&Connection::LookupEntry, {.options = {.namespace_name = "bank"}}, ignore);
  client.InvalidateByWrites({write_}).wait();
  EXPECT_EQ(connection_->started[0].options.namespace_name, "shop");
  EXPECT_EQ(connection_->started[1].options.namespace_name, "bank");
  EXPECT_EQ(connection_->opened[0].namespace_name, "shop");
  connection_->Answer(EntryLookup{});
  connection_->Answer(EntryLookup{});
}

TEST_F(AsyncClientTest, WritesRideOneStream) {
  AsyncClient client(connection_, {.writes = {.max_unanswered_commands = 7}});
  EXPECT_TRUE(connection_->opened.empty()) << "nobody has written";
  std::vector<uint64_t> revisions;
  const auto note = [&](const absl::StatusOr<WriteResult>& result) {
    revisions.push_back(result->position.revision);
  };
  client.InvalidateByWrites({write_}, note);
  client.InvalidateByWrites({write_, write_}, note);
  EXPECT_EQ(client.InvalidateByWrites({write_}).get()->position.revision, 3u);
  EXPECT_EQ(client.InvalidateByWrites({}).get().status().code(),
            absl::StatusCode::kInvalidArgument);
  client.FlushWrites();
  EXPECT_EQ(revisions, std::vector<uint64_t>({1, 2}));
  ASSERT_EQ(connection_->opened.size(), 1u);
  EXPECT_EQ(connection_->opened[0].stream.max_unanswered_commands, 7u);
}

TEST_F(AsyncClientTest, ItsEndWaitsForAllAnswers) {
  auto client = std::make_unique<AsyncClient>(connection_);
  bool answered = false;
  client->Call(&Connection::LookupEntry, {},
               [&](const absl::StatusOr<EntryLookup>&) { answered = true; });
  client->InvalidateByWrites({write_}).wait();
  std::thread answering([&] { connection_->Answer(EntryLookup{}); });
  client.reset();
  EXPECT_TRUE(answered);
  EXPECT_TRUE(connection_->closed);
  answering.join();
}

// The default implementation that a test's Connection inherits.
TEST(UnimplementedConnectionTest, AnswersEverythingAtOnce) {
  AsyncClient client(std::make_shared<UnimplementedConnection>());
  EXPECT_EQ(client.Call(&Connection::Validate, {}).get().status(),
            absl::UnimplementedError("Validate"));
  EXPECT_EQ(client.Call(&Connection::SetBatchDelay, {}).get().status(),
            absl::UnimplementedError("SetBatchDelay"));
  EXPECT_EQ(client.InvalidateByWrites({}).get().status(),
            absl::UnimplementedError("OpenWriteStream"));
  client.FlushWrites();
}

}  // namespace
}  // namespace cache_invalidation::client
