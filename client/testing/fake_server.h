// SPDX-License-Identifier: Apache-2.0

// FakeServer: runs the service inside a test.
//
//   #include "client/client.h"
//   #include "client/testing/fake_server.h"
//   using namespace cache_invalidation::client;
//
//   FakeServer server;
//   const Client client(server.Connect({.deadline = absl::Seconds(30)}));
//   EXPECT_TRUE(client.InvalidateByWrite("user", "42", "update").ok());
//
//   server.Refuse(absl::PermissionDeniedError("not today"));
//   EXPECT_EQ(client.GetInvalidationStats().status(), absl::PermissionDeniedError("not today"));
//   server.Accept();
//
//   server.Stop();
//   EXPECT_FALSE(client.GetInvalidationStats({.deadline = absl::Milliseconds(300)}).ok());
//   server.Start();  // a new epoch without state; its subscribers get a RESET
//   EXPECT_EQ(client.GetInvalidationStats()->position.revision, 0u);
//
// It is the real server with its state in memory, behind a network that the test can cut. Rules,
// dependencies, subscriptions, leases and waiting therefore behave as in production. Everything
// except Connect also works for clients of other processes that were given endpoint().
//
// One difference from production: after Start, calls that wait for subscribers do not wait for
// those of the previous server.
//
// Threads: thread-safe. Uses ports of the loopback interface.
// Errors: aborts if the machine refuses a port or a thread.
// Cost: starts in a few milliseconds, with a handful of threads.

#ifndef CACHE_INVALIDATION_CLIENT_TESTING_FAKE_SERVER_H_
#define CACHE_INVALIDATION_CLIENT_TESTING_FAKE_SERVER_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/client_options.h"
#include "client/connection.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation {
class Server;
}  // namespace cache_invalidation

namespace cache_invalidation::client {

class FlakyProxy;
class RefusingServer;

struct FakeServerOptions {
  // Whether namespaces start with the six default rules, as a server does by default.
  bool default_rules = true;

  // Maximum time between two messages to a subscriber, which treats the stream as lost after three
  // times this.
  absl::Duration heartbeat = absl::Milliseconds(100);

  // The server's source of time, for batches, leases and times to live. Must outlive it. Null: the
  // system clocks.
  Clock* clock = nullptr;
};

class FakeServer {
 public:
  // Starts the server; it accepts calls when the constructor returns.
  explicit FakeServer(FakeServerOptions options = {});
  ~FakeServer();

  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  // Returns "127.0.0.1:port", which does not change while this object lives.
  std::string endpoint() const;

  // Returns a connection to it. Options as for MakeConnection; give a call that is to fail a short
  // deadline.
  std::shared_ptr<Connection> Connect(ClientOptions options = {}) const;

  // Stops the server and discards its state, as if its process were killed. Until Start,
  // connections are refused.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // Starts a new server: another epoch, nothing registered. Does nothing if one is running.
  void Start() ABSL_LOCKS_EXCLUDED(mutex_);

  void Restart() {
    Stop();
    Start();
  }

  // Cuts every connection and fails each call and stream with this error, until Accept. The calls
  // do not reach the server, which keeps its state. Clients retry UNAVAILABLE until their deadline.
  // REQUIRES: not OK.
  void Refuse(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void Accept() ABSL_LOCKS_EXCLUDED(mutex_);

  // Delays everything that is sent, in both directions, until Thaw: nothing is lost and nothing
  // arrives, as with a suspended machine. Calls exceed their deadlines, leases expire.
  void Freeze();
  void Thaw();

  // Cuts every connection. Clients reconnect.
  void DropConnections();

 private:
  // Cuts every connection, and forwards new ones to this port.
  void Forward(int port) const;

  const FakeServerOptions options_;
  const std::unique_ptr<FlakyProxy> network_;
  Mutex mutex_;
  std::unique_ptr<Server> server_ ABSL_GUARDED_BY(mutex_);            // null while stopped
  std::unique_ptr<RefusingServer> refusing_ ABSL_GUARDED_BY(mutex_);  // null while accepting
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_FAKE_SERVER_H_
