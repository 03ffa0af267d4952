// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_FAKES_SCRIPTED_CONNECTION_H_
#define CACHE_INVALIDATION_TESTS_FAKES_SCRIPTED_CONNECTION_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/testing/unimplemented_connection.h"

namespace cache_invalidation {

// A Connection for tests of users of subscriptions: keeps the callbacks of the last Subscribe,
// which the test calls, and passes TrackEntries and LookupEntry to the test. Every other call fails
// with UNIMPLEMENTED.
class ScriptedConnection final : public client::UnimplementedConnection {
 public:
  // The arguments of Subscribe. The test calls the callbacks one at a time.
  const client::SubscribeParams& subscribed() const { return subscribed_; }
  const client::SubscriptionCallbacks& callbacks() const { return subscribed_.callbacks; }

  // How often a subscription was stopped.
  int stopped() const { return stopped_; }

  // Implements TrackEntries. Default: keeps everything.
  std::function<absl::StatusOr<client::TrackEntriesResult>(const client::TrackEntriesParams&)>
      on_track_entries;

  // Implements LookupEntry. Default: every key has a fresh entry that does not expire.
  std::function<absl::StatusOr<client::EntryLookup>(const client::LookupEntryParams&)>
      on_lookup_entry;

  std::unique_ptr<client::Subscription> Subscribe(const client::SubscribeParams& params) override;
  using UnimplementedConnection::Start;
  void Start(const client::TrackEntriesParams& params,
             client::ResultCallback<client::TrackEntriesResult> done) override;
  void Start(const client::LookupEntryParams& params,
             client::ResultCallback<client::EntryLookup> done) override;

 private:
  client::SubscribeParams subscribed_;
  int stopped_ = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FAKES_SCRIPTED_CONNECTION_H_
