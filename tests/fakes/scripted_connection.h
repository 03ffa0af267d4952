#ifndef CACHE_INVALIDATION_TESTS_FAKES_SCRIPTED_CONNECTION_H_
#define CACHE_INVALIDATION_TESTS_FAKES_SCRIPTED_CONNECTION_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/testing/unimplemented_connection.h"

namespace cache_invalidation {

// A Connection for tests of what stands on subscriptions: keeps the callbacks of the last Subscribe
// for the test to call, and hands TrackEntries and LookupEntry to it. Every other call is
// UNIMPLEMENTED.
class ScriptedConnection final : public client::UnimplementedConnection {
 public:
  // What Subscribe was given. Callbacks are called by the test, one after the other.
  const client::SubscribeParams& subscribed() const { return subscribed_; }
  const client::SubscriptionCallbacks& callbacks() const { return subscribed_.callbacks; }

  // How often a subscription was stopped.
  int stopped() const { return stopped_; }

  // Answers TrackEntries. Default: keeps everything.
  std::function<absl::StatusOr<client::TrackAnswer>(const client::TrackEntriesParams&)>
      on_track_entries;

  // Answers LookupEntry. Default: every key has a fresh entry that does not end.
  std::function<absl::StatusOr<client::EntryLookup>(const client::LookupEntryParams&)>
      on_lookup_entry;

  std::unique_ptr<client::Subscription> Subscribe(const client::SubscribeParams& params) override;
  using UnimplementedConnection::Start;
  void Start(const client::TrackEntriesParams& params,
             client::AnswerCallback<client::TrackAnswer> done) override;
  void Start(const client::LookupEntryParams& params,
             client::AnswerCallback<client::EntryLookup> done) override;

 private:
  client::SubscribeParams subscribed_;
  int stopped_ = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FAKES_SCRIPTED_CONNECTION_H_
