// FakeServer: the service inside of a test.
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
//   server.Start();  // knows nothing of before; its subscribers are told RESET
//   EXPECT_EQ(client.GetInvalidationStats()->position.revision, 0u);
//
// It is fake in where it runs, not in what it does: the real server with its state in memory,
// behind a network that the test can cut. So what a test sees of rules, dependencies,
// subscriptions, leases and waiting is what production does. Everything but Connect is also true
// for clients of other processes that were given endpoint().
//
// Not as in production: after Start, calls that wait for subscribers do not wait for those of the
// server before.
//
// Threads: thread-safe. Uses ports of the loopback interface.
// Errors: what the machine refuses (a port, a thread) ends the process.
// Cost: starts in some milliseconds, with a handful of threads.

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
  // Whether namespaces begin with the six default rules, as they do unless it was switched off.
  bool default_rules = true;

  // A subscriber hears from the server at least this often, and takes it for lost after three times
  // that.
  absl::Duration heartbeat = absl::Milliseconds(100);

  // What time the server takes it to be: for batches, leases and times to live. Must outlive it.
  // Null: the machine's clocks.
  Clock* clock = nullptr;
};

class FakeServer {
 public:
  // Serves when it returns.
  explicit FakeServer(FakeServerOptions options = {});
  ~FakeServer();

  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  // "127.0.0.1:port", the same as long as this object lives.
  std::string endpoint() const;

  // A connection to it. Options as of MakeConnection; a call that is to fail wants a short
  // deadline.
  std::shared_ptr<Connection> Connect(ClientOptions options = {}) const;

  // Ends it with all its state, as if its process were killed. Until Start nobody is there.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // A new one takes its place: another epoch, nothing registered. Nothing if one is there.
  void Start() ABSL_LOCKS_EXCLUDED(mutex_);

  void Restart() {
    Stop();
    Start();
  }

  // Cuts every connection and answers each call and stream with this error, until Accept. It hears
  // nothing of them; what it knew it still knows. UNAVAILABLE is retried by clients until their
  // deadline. REQUIRES: not OK.
  void Refuse(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void Accept() ABSL_LOCKS_EXCLUDED(mutex_);

  // Delays whatever is sent, in both directions, until Thaw: nothing is lost and nothing arrives,
  // as from a machine that was suspended. Calls run into their deadlines, leases end.
  void Freeze();
  void Thaw();

  // Cuts every connection. Clients make new ones.
  void DropConnections();

 private:
  // Cuts every connection; new ones go to this port.
  void Forward(int port) const;

  const FakeServerOptions options_;
  const std::unique_ptr<FlakyProxy> network_;
  Mutex mutex_;
  std::unique_ptr<Server> server_ ABSL_GUARDED_BY(mutex_);            // null while stopped
  std::unique_ptr<RefusingServer> refusing_ ABSL_GUARDED_BY(mutex_);  // null while accepting
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_FAKE_SERVER_H_
