// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/wait_list.h"

#include <algorithm>

namespace cache_invalidation::delivery {

uint64_t WaitList::Add(uint64_t revision, const Sessions& sessions, const WaitLimit& limit,
                       absl::Duration now, Done done) {
  const uint64_t number = ++last_number_;
  Wait wait;
  wait.revision = revision;
  wait.begun = now;
  wait.done = std::move(done);
  wait.strangers = now < strangers_until_;
  absl::Duration longest = wait.strangers ? strangers_until_ - now : absl::ZeroDuration();
  for (const std::shared_ptr<SubscriberSession>& session : sessions) {
    longest = std::max(longest, Join(number, wait, session, now));
  }
  std::sort(wait.outcome.waited_for.begin(), wait.outcome.waited_for.end());
  wait.ends = now + std::min(limit.timeout.value_or(longest), limit.at_most);
  timeouts_.insert({wait.ends, number});
  if (wait.strangers) for_strangers_.insert(number);
  waits_.emplace(number, std::move(wait));
  FinishIfSettled(number, now);
  return number;
}

void WaitList::ExpectStrangers(absl::Duration until) {
  if (until <= strangers_until_) return;
  strangers_until_ = until;
  for (auto& [number, wait] : waits_) {
    wait.strangers = true;
    for_strangers_.insert(number);
  }
}

absl::Duration WaitList::Join(uint64_t number, Wait& wait,
                              const std::shared_ptr<SubscriberSession>& session,
                              absl::Duration now) {
  const SubscriberSession::State state = session->state();
  if (state.lease_end <= now) return absl::ZeroDuration();
  if (!state.acknowledges) {
    ++wait.outcome.not_acknowledging;
    return absl::ZeroDuration();
  }
  if (state.first_head >= wait.revision) return absl::ZeroDuration();
  wait.outcome.waited_for.push_back(session->key().name);
  if (state.applied < wait.revision) Watch(number, wait, session, now);
  // An earlier stream may have been granted more.
  return std::max(LeaseWithMargin(state.lease), state.lease_end - now);
}

void WaitList::Watch(uint64_t number, Wait& wait, const std::shared_ptr<SubscriberSession>& session,
                     absl::Duration now) {
  SubscriberSession::State state;
  WatchedMap::iterator found;
  while (true) {
    // Watched before its state is read: later changes are reported.
    state = session->Watch();
    found = watched_.find(session.get());
    if (found == watched_.end() || found->second.leases == state.leases) break;
    // Its lease has expired and begun anew meanwhile: nobody needs to wait for it any more.
    Settle(found, state, now);
  }
  if (state.applied >= wait.revision) {
    if (found == watched_.end()) session->Ignore();
    return;
  }
  if (found == watched_.end()) {
    found = watched_.emplace(session.get(), Watched()).first;
    found->second.session = session;
    found->second.leases = state.leases;
    found->second.check_at = state.lease_end;
    lease_ends_.insert({state.lease_end, session.get()});
  }
  found->second.waits.insert({wait.revision, number});
  wait.behind.insert(session.get());
}

void WaitList::Look(const SubscriberSession& session, absl::Duration now) {
  const auto found = watched_.find(&session);
  if (found != watched_.end()) Settle(found, session.state(), now);
}

void WaitList::Settle(WatchedMap::iterator found, const SubscriberSession::State& state,
                      absl::Duration now) {
  Watched& watched = found->second;
  const bool new_lease = state.leases != watched.leases;
  const bool lapsed = new_lease || state.lease_end <= now;
  while (!watched.waits.empty()) {
    const auto [revision, number] = *watched.waits.begin();
    const bool applied = !new_lease && state.applied >= revision;
    if (!applied && !lapsed) break;
    watched.waits.erase(watched.waits.begin());
    Release(number, *watched.session, !applied, now);
  }
  if (watched.waits.empty()) {
    Forget(found);
  } else if (watched.check_at != state.lease_end) {
    lease_ends_.erase({watched.check_at, watched.session.get()});
    watched.check_at = state.lease_end;
    lease_ends_.insert({watched.check_at, watched.session.get()});
  }
}

void WaitList::Release(uint64_t number, const SubscriberSession& session, bool lapsed,
                       absl::Duration now) {
  Wait& wait = waits_.at(number);
  wait.behind.erase(&session);
  if (lapsed) wait.outcome.lapsed.push_back(session.key().name);
  FinishIfSettled(number, now);
}

void WaitList::Forget(WatchedMap::iterator found) {
  const Watched& watched = found->second;
  lease_ends_.erase({watched.check_at, watched.session.get()});
  watched.session->Ignore();
  watched_.erase(found);
}

WaitList::Wait WaitList::Extract(uint64_t number) {
  const auto found = waits_.find(number);
  Wait wait = std::move(found->second);
  waits_.erase(found);
  timeouts_.erase({wait.ends, number});
  for_strangers_.erase(number);
  for (const SubscriberSession* session : wait.behind) {
    const auto watched = watched_.find(session);
    wait.outcome.late.push_back(session->key().name);
    watched->second.waits.erase({wait.revision, number});
    if (watched->second.waits.empty()) Forget(watched);
  }
  return wait;
}

bool WaitList::Cancel(uint64_t number) {
  if (!waits_.contains(number)) return false;
  Extract(number);
  return true;
}

void WaitList::FinishIfSettled(uint64_t number, absl::Duration now) {
  const Wait& wait = waits_.at(number);
  if (wait.behind.empty() && !wait.strangers) Finish(number, now);
}

void WaitList::Finish(uint64_t number, absl::Duration now) {
  Wait wait = Extract(number);
  WaitOutcome& outcome = wait.outcome;
  std::sort(outcome.lapsed.begin(), outcome.lapsed.end());
  std::sort(outcome.late.begin(), outcome.late.end());
  outcome.unknown_late = wait.strangers || now < doubted_until_;
  outcome.waited = now - wait.begun;
  finished_.push_back({std::move(wait.done), std::move(outcome)});
}

void WaitList::Advance(absl::Duration now) {
  while (!lease_ends_.empty() && lease_ends_.begin()->first <= now) {
    const auto found = watched_.find(lease_ends_.begin()->second);
    Settle(found, found->second.session->state(), now);
  }
  if (now >= strangers_until_) {
    for (uint64_t number : std::exchange(for_strangers_, {})) {
      waits_.at(number).strangers = false;
      FinishIfSettled(number, now);
    }
  }
  while (!timeouts_.empty() && timeouts_.begin()->first <= now) {
    Finish(timeouts_.begin()->second, now);
  }
}

void WaitList::EndAll(absl::Duration now) {
  std::vector<std::shared_ptr<SubscriberSession>> sessions;
  for (const auto& [session, watched] : watched_) sessions.push_back(watched.session);
  for (const std::shared_ptr<SubscriberSession>& session : sessions) Look(*session, now);
  std::set<uint64_t> left;
  for (const auto& [number, wait] : waits_) left.insert(number);
  for (uint64_t number : left) Finish(number, now);
}

absl::Duration WaitList::next_deadline() const {
  absl::Duration next = absl::InfiniteDuration();
  if (!timeouts_.empty()) next = std::min(next, timeouts_.begin()->first);
  if (!lease_ends_.empty()) next = std::min(next, lease_ends_.begin()->first);
  if (!for_strangers_.empty()) next = std::min(next, strangers_until_);
  return next;
}

}  // namespace cache_invalidation::delivery
