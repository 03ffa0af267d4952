// SPDX-License-Identifier: Apache-2.0

#include "tests/fakes/scripted_connection.h"

namespace cache_invalidation {
namespace {

class ScriptedSubscription final : public client::Subscription {
 public:
  explicit ScriptedSubscription(int& stopped) : stopped_(stopped) {}
  ~ScriptedSubscription() override { ++stopped_; }

  void Acknowledge(const client::Position&) override {}
  void Stop() override {}

 private:
  int& stopped_;
};

}  // namespace

std::unique_ptr<client::Subscription> ScriptedConnection::Subscribe(
    const client::SubscribeParams& params) {
  subscribed_ = params;
  return std::make_unique<ScriptedSubscription>(stopped_);
}

void ScriptedConnection::Start(const client::TrackEntriesParams& params,
                               client::ResultCallback<client::TrackEntriesResult> done) {
  if (on_track_entries) return done(on_track_entries(params));
  client::TrackEntriesResult answer;
  for (const client::TrackedEntry& entry : params.entries) {
    answer.results.push_back({.key = entry.key, .outcome = client::FillOutcome::kKept});
  }
  done(std::move(answer));
}

void ScriptedConnection::Start(const client::LookupEntryParams& params,
                               client::ResultCallback<client::EntryLookup> done) {
  if (on_lookup_entry) return done(on_lookup_entry(params));
  done(client::EntryLookup{.state = client::EntryState::kFresh});
}

}  // namespace cache_invalidation
