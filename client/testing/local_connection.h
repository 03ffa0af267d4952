// SPDX-License-Identifier: Apache-2.0

// LocalConnection: a Connection without a service. What a service would do, the test does.
//
//   #include "client/client.h"
//   #include "client/tagged_cache.h"
//   #include "client/testing/fake_clock.h"
//   #include "client/testing/local_connection.h"
//   using namespace cache_invalidation::client;
//
//   FakeClock clock;
//   const auto connection = std::make_shared<LocalConnection>(
//       LocalConnectionOptions{.lease = absl::Seconds(10), .clock = &clock});
//   const Client client(connection);
//   TaggedCache<std::string> names(client, {.name = "test", .clock = &clock});
//
//   // The cache is live at once. What is loaded stays.
//   const auto load = [](Load& load) {
//     load.AddTag("user:42");
//     return std::string("Ada");
//   };
//   EXPECT_EQ(**names.GetOrLoad("name:42", load), "Ada");
//   EXPECT_TRUE(names.Get("name:42"));
//
//   // A write drops what carries a tag of the row.
//   EXPECT_TRUE(client.InvalidateByWrite("user", "42", "update").ok());
//   EXPECT_FALSE(names.Get("name:42"));
//   EXPECT_EQ(connection->writes().front().operation, "update");
//
//   // What other processes do: any event that a service could send.
//   EXPECT_TRUE(names.GetOrLoad("name:42", load).ok());
//   connection->Publish({.invalidations = {{.target = TargetKind::kTag, .name = "user:42"}}});
//   EXPECT_FALSE(names.Get("name:42"));
//
//   // The service is lost: the cache serves until its lease ends.
//   EXPECT_TRUE(names.GetOrLoad("name:42", load).ok());
//   connection->Disconnect(absl::UnavailableError("gone"));
//   EXPECT_TRUE(names.Get("name:42"));
//   clock.Advance(absl::Seconds(10));
//   EXPECT_FALSE(names.Get("name:42"));
//   EXPECT_FALSE(client.InvalidateByWrite("user", "42", "update").ok());
//
//   // It is back, and sends what happened meanwhile: nothing.
//   connection->Connect();
//   EXPECT_TRUE(names.Get("name:42"));
//
//   // It has lost its history: every cache drops everything.
//   connection->Reset(ResetReason::kEpoch);
//   EXPECT_FALSE(names.Get("name:42"));
//
//   // The answers to writes.
//   connection->AnswerWrites([](const std::vector<WriteEvent>&) {
//     return absl::PermissionDeniedError("not today");
//   });
//   EXPECT_EQ(client.InvalidateByWrite("user", "42", "update").status(),
//             absl::PermissionDeniedError("not today"));
//
// It knows no rules, relationships and dependencies: a write publishes the tags of its row
// (client/tag.h) and its own; Invalidate and InvalidateWithDependencies publish what they name; a
// batch is published at once. TrackEntries keeps every entry, LookupEntry finds each key fresh. All
// namespaces are one, and filters of subscriptions are ignored: a subscriber gets every event.
// Every other call fails with UNIMPLEMENTED; derive from it to answer more. To test with rules and
// a network, use FakeServer.
//
// Threads: thread-safe. Callbacks of subscriptions run on the thread that causes them, one at a
// time, and each method returns when all callbacks that it causes have returned; the first ones run
// within Subscribe. Called from a callback, a method returns at once, and its callbacks follow. A
// thread must not hold a lock that a callback takes.
// Errors: while disconnected, each call fails at once with the status given to Disconnect.
// Cost: no thread, no port, no waiting. Remembers every event and write.

#ifndef CACHE_INVALIDATION_CLIENT_TESTING_LOCAL_CONNECTION_H_
#define CACHE_INVALIDATION_CLIENT_TESTING_LOCAL_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/connection.h"
#include "client/testing/unimplemented_connection.h"
#include "common/clock.h"

namespace cache_invalidation::client {

class LocalHistory;

struct LocalConnectionOptions {
  // How long a lease lasts. Subscribing, Connect, each event and RenewLeases renew it; nothing else
  // does. Infinite: for as long as the subscription, also without a connection.
  absl::Duration lease = absl::InfiniteDuration();

  // Must be that of the caches, and outlive them. Null: the system clocks. Needed for a lease that
  // ends.
  Clock* clock = nullptr;
};

class LocalConnection : public UnimplementedConnection {
 public:
  explicit LocalConnection(const LocalConnectionOptions& options = {});
  ~LocalConnection() override;

  // ---- What a test does in place of a service.

  // Publishes an event to every subscription, as the next revision. The revision and the epoch of
  // `event` are ignored. Returns its position. While disconnected, it arrives after Connect.
  Position Publish(Event event);

  // The history can not be continued: every subscription gets on_reset. With kEpoch, a new epoch
  // begins at revision 0, as on a service that has lost its state; its streams are lost first.
  // While disconnected, the reset arrives with Connect.
  void Reset(ResetReason reason = ResetReason::kEpoch);

  // Loses every stream, and fails each call with this status until Connect. REQUIRES: not OK.
  void Disconnect(const absl::Status& status = absl::UnavailableError("disconnected"));

  // Starts every stream again, after its last event. Does nothing while connected.
  void Connect();

  // Renews the leases of all subscriptions, as a service does all the time. Does nothing while
  // disconnected.
  void RenewLeases();

  // Returns the position of the last event.
  Position head() const;

  // Returns how many subscriptions are running.
  size_t subscriptions() const;

  // Returns the writes of all calls and streams so far, in order.
  std::vector<WriteEvent> writes() const;

  // From now on `answer` gives the result of each command of writes, and nothing is published
  // unless it calls Publish. Empty: writes are published again. Called on the thread of the call.
  void AnswerWrites(
      std::function<absl::StatusOr<WriteResult>(const std::vector<WriteEvent>&)> answer);

  // ---- What the code under test calls.

  using UnimplementedConnection::Start;
  void Start(const InvalidateByWriteParams& params, ResultCallback<WriteResult> done) override;
  void Start(const InvalidateByWritesParams& params, ResultCallback<WriteResult> done) override;
  void Start(const InvalidateParams& params, ResultCallback<InvalidationResult> done) override;
  void Start(const InvalidateWithDependenciesParams& params,
             ResultCallback<KeyInvalidation> done) override;
  void Start(const ScheduleBatchInvalidationParams& params,
             ResultCallback<BatchSchedule> done) override;
  void Start(const FlushPendingInvalidationsParams& params,
             ResultCallback<BatchFlush> done) override;
  void Start(const TrackEntriesParams& params, ResultCallback<TrackEntriesResult> done) override;
  void Start(const UntrackEntriesParams& params, ResultCallback<uint32_t> done) override;
  void Start(const LookupEntryParams& params, ResultCallback<EntryLookup> done) override;
  void Start(const GetInvalidationStatsParams& params,
             ResultCallback<InvalidationStats> done) override;
  std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) override;
  std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) override;

 private:
  // Shared with subscriptions and write streams, which can outlive the connection.
  const std::shared_ptr<LocalHistory> history_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_LOCAL_CONNECTION_H_
