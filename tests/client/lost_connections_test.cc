// SPDX-License-Identifier: Apache-2.0

// The SDK against a real server over a network that fails, and against a server that is stopped and
// started again: a subscription delivers every revision once and in order, or reports a reset;
// writers get all their results.

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/async_client.h"
#include "client/client.h"
#include "client/grpc_channel.h"
#include "client/testing/flaky_proxy.h"
#include "common/check.h"
#include "common/mutex.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/support/local_server.h"
#include "tests/support/pause.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

using client::Client;
using client::FlakyProxy;
using client::Subscription;

std::unique_ptr<Server> StartServer(int port = 0) {
  ServerOptions options = OnLoopback(port);
  options.heartbeat = absl::Milliseconds(100);
  return StartServer(std::move(options));
}

// The callbacks of a subscriber, as lines such as "event 3".
class Told {
 public:
  client::SubscriptionCallbacks Callbacks() {
    return {
        .on_started = [this](const auto&) { Add("started"); },
        .on_reset =
            [this](const auto& reset) {
              Add(reset.reason == client::ResetReason::kEpoch ? "reset: epoch" : "reset");
            },
        .on_event = [this](const auto& event) { Add("event " + std::to_string(event.revision)); },
        .on_disconnected =
            [this](const absl::Status& reason) {
              {
                MutexLock lock(mutex_);
                reasons_.push_back(reason);
              }
              Add("disconnected");
            }};
  }

  // Blocks until it was disconnected for this reason.
  void AwaitReason(const absl::Status& reason) {
    MutexLock lock(mutex_);
    while (std::count(reasons_.begin(), reasons_.end(), reason) == 0) changed_.Wait(mutex_);
  }

  // Blocks until `line` has been added `count` times.
  void Await(const std::string& line, int count = 1) {
    MutexLock lock(mutex_);
    while (std::count(lines_.begin(), lines_.end(), line) < count) changed_.Wait(mutex_);
  }

  // Returns all lines without those about the connection.
  std::vector<std::string> Events() {
    MutexLock lock(mutex_);
    std::vector<std::string> out;
    for (const std::string& line : lines_) {
      if (line != "started" && line != "disconnected") out.push_back(line);
    }
    return out;
  }

 private:
  void Add(std::string line) {
    MutexLock lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::Status> reasons_ ABSL_GUARDED_BY(mutex_);
};

std::unique_ptr<Subscription> Subscribe(const std::string& endpoint, Told& told,
                                        client::SubscriptionOptions options = {}) {
  options.name = "test";
  options.lease = absl::Seconds(1);
  return Client(client::MakeConnection(endpoint)).Subscribe(options, told.Callbacks());
}

void Write(const Client& client, int count) {
  for (int i = 0; i < count; ++i) {
    const auto result = client.InvalidateByWrite("user", std::to_string(i), "update");
    ASSERT_TRUE(result.ok()) << result.status();
  }
}

TEST(LostConnectionsTest, ResumesAfterEachLostConnection) {
  const std::unique_ptr<Server> server = StartServer();
  FlakyProxy proxy(server->grpc_port());
  const Client writer(client::MakeConnection(server->InProcessChannel()));
  Told told;
  const std::unique_ptr<Subscription> subscription = Subscribe(proxy.endpoint(), told);
  told.Await("started");
  std::vector<std::string> expected;
  for (int round = 1; round <= 5; ++round) {
    proxy.DropConnections();
    Write(writer, 3);
    for (int i = 0; i < 3; ++i) {
      expected.push_back("event " + std::to_string(expected.size() + 1));
    }
    told.Await(expected.back());
    EXPECT_EQ(told.Events(), expected);
  }
  told.Await("disconnected", 5);
}

TEST(LostConnectionsTest, NoticesAConnectionThatFellSilent) {
  const std::unique_ptr<Server> server = StartServer();
  FlakyProxy proxy(server->grpc_port());
  const Client writer(client::MakeConnection(server->InProcessChannel()));
  Told told;
  const std::unique_ptr<Subscription> subscription = Subscribe(proxy.endpoint(), told);
  told.Await("started");
  proxy.Freeze(true);
  Write(writer, 2);
  told.Await("disconnected");  // only the silence shows it
  EXPECT_EQ(told.Events(), std::vector<std::string>());
  proxy.Freeze(false);
  told.Await("event 2");
  EXPECT_EQ(told.Events(), std::vector<std::string>({"event 1", "event 2"}));
}

// Without durable state a server that starts again begins another history.
TEST(LostConnectionsTest, AServerThatStartsAnewIsAReset) {
  std::unique_ptr<Server> server = StartServer();
  const int port = server->grpc_port();
  const std::string endpoint = "127.0.0.1:" + std::to_string(port);
  Told told;
  const std::unique_ptr<Subscription> subscription = Subscribe(endpoint, told);
  told.Await("started");
  Write(Client(client::MakeConnection(server->InProcessChannel())), 2);
  told.Await("event 2");
  server->Shutdown(absl::Seconds(5));
  told.Await("disconnected");
  server.reset();

  server = StartServer(port);
  told.Await("reset: epoch");
  Write(Client(client::MakeConnection(server->InProcessChannel())), 1);
  told.Await("event 1", 2);
  EXPECT_EQ(told.Events(),
            std::vector<std::string>({"event 1", "event 2", "reset: epoch", "event 1"}));
}

// Each server has another port, and continues with the directory of the one before.
TEST(LostConnectionsTest, ASubscriberResumesOnTheNextServerWithoutAGap) {
  const TemporaryDirectory directory;
  ServerOptions options = OnLoopback();
  options.persistence.durability = Durability::kAsync;
  options.persistence.data_dir = directory.path() + "/data";
  std::unique_ptr<Server> server = StartServer(options);
  FlakyProxy proxy(server->grpc_port());
  Told told;
  const std::unique_ptr<Subscription> subscription = Subscribe(proxy.endpoint(), told);
  told.Await("started");
  std::vector<std::string> expected;
  const auto write = [&](int count) {
    Write(Client(client::MakeConnection(server->InProcessChannel())), count);
    for (int i = 0; i < count; ++i) {
      expected.push_back("event " + std::to_string(expected.size() + 1));
    }
  };
  for (int round = 1; round <= 4; ++round) {
    // It follows this server. "started" does not show that: the one before may have been the last
    // to start it, while draining.
    write(1);
    told.Await(expected.back());
    // Some arrive only because a server that stops sends what it has.
    write(20);
    server->AnnounceStop();
    server->Shutdown(absl::Seconds(5));
    // Perhaps it has tried again meanwhile, and was told that the server still drains.
    told.AwaitReason(absl::UnavailableError(
        absl::StrCat("the server is draining: connect again and resume after revision ",
                     expected.size(), " of epoch ", server->epoch())));
    EXPECT_EQ(told.Events(), expected);
    proxy.SetTarget(0);
    server = nullptr;
    server = StartServer(options);
    proxy.SetTarget(server->grpc_port());
  }
  write(1);
  told.Await(expected.back());
  EXPECT_EQ(told.Events(), expected) << "no gap, and no reset";
}

TEST(LostConnectionsTest, AWriterRidesOutARestart) {
  std::unique_ptr<Server> server = StartServer();
  const int port = server->grpc_port();
  const Client writer(client::MakeConnection("127.0.0.1:" + std::to_string(port)));
  Write(writer, 1);
  server->Shutdown(absl::Seconds(5));
  server.reset();
  std::thread restart([&] { server = StartServer(port); });
  Write(writer, 1);  // retried until the server is there
  restart.join();
}

// gRPC notices that a connection came about while a call waits for it, and otherwise not for 5 s.
TEST(LostConnectionsTest, CallsThatBeginWhileTheServiceIsAwayComeBackWithinTheirDeadline) {
  std::unique_ptr<Server> server = StartServer();
  const int port = server->grpc_port();
  server.reset();
  const std::string endpoint = "127.0.0.1:" + std::to_string(port);
  const client::CallOptions options{.deadline = absl::Seconds(5)};
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&] {
      const auto result = Client(client::MakeConnection(endpoint))
                              .InvalidateByWrite("user", "1", "update", {}, options);
      EXPECT_TRUE(result.ok()) << result.status();
    });
  }
  client::AsyncClient async(client::MakeConnection(endpoint),
                            {.writes = {.deadline = absl::Seconds(5)}});
  auto called = async.Call(&client::Connection::GetInvalidationStats, {.options = options});
  auto streamed = async.InvalidateByWrites({{.resource_type = "user", .resource_id = "2"}});
  Told told;
  const std::unique_ptr<Subscription> subscription = Subscribe(endpoint, told);
  told.Await("disconnected");
  Pause(absl::Milliseconds(300));
  server = StartServer(port);
  for (std::thread& writer : writers) writer.join();
  EXPECT_TRUE(called.get().ok());
  EXPECT_TRUE(streamed.get().ok());
  told.Await("started");
}

TEST(LostConnectionsTest, EverythingIsAnsweredThoughConnectionsAreLost) {
  const std::unique_ptr<Server> server = StartServer();
  FlakyProxy proxy(server->grpc_port());
  Mutex mutex;
  int answered = 0;
  uint64_t last_revision = 0;
  const auto stream = Client(client::MakeConnection(proxy.endpoint())).OpenWriteStream();
  for (int i = 0; i < 2'000; ++i) {
    if (i % 200 == 100) proxy.DropConnections();
    stream->Write({{.resource_type = "user", .resource_id = std::to_string(i)}},
                  [&](const absl::StatusOr<client::WriteResult>& result) {
                    ASSERT_TRUE(result.ok()) << result.status();
                    MutexLock lock(mutex);
                    ++answered;
                    EXPECT_GT(result->position.revision, last_revision);
                    last_revision = result->position.revision;
                  });
  }
  stream->Close();
  MutexLock lock(mutex);
  EXPECT_EQ(answered, 2'000);
}

TEST(LostConnectionsTest, StartsWhereItIsTold) {
  const std::unique_ptr<Server> server = StartServer();
  const Client writer(client::MakeConnection(server->InProcessChannel()));
  Write(writer, 3);
  const auto stats = writer.GetInvalidationStats();
  ASSERT_TRUE(stats.ok()) << stats.status();
  Told told;
  const std::unique_ptr<Subscription> subscription =
      Subscribe("127.0.0.1:" + std::to_string(server->grpc_port()), told,
                {.start_after = client::Position{stats->position.epoch, 1}});
  told.Await("event 3");
  EXPECT_EQ(told.Events(), std::vector<std::string>({"event 2", "event 3"}));
}

}  // namespace
}  // namespace cache_invalidation
