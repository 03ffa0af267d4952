// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/lease_record.h"

#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::delivery {

LeaseRecord::LeaseRecord(const EarlierLeases& earlier, Submit submit)
    : earlier_(earlier),
      submit_(std::move(submit)),
      noted_({earlier.noted}),
      doubt_noted_(earlier.doubt_longest > absl::ZeroDuration()) {}

bool LeaseRecord::Grant(absl::Duration lease, absl::Duration now,
                        absl::AnyInvocable<void()> granted) {
  MutexLock lock(mutex_);
  longest_here_ = std::max(longest_here_, absl::Ceil(lease, absl::Seconds(1)));
  const bool others = now < earlier_.until;
  Note(others ? std::max(longest_here_, earlier_.longest) : longest_here_,
       doubt_noted_ && now >= earlier_.doubt_until);
  if (Covers(lease)) return true;
  waiters_.push_back({lease, std::move(granted)});
  return false;
}

std::optional<absl::Duration> LeaseRecord::OnStranger(absl::Duration now) {
  MutexLock lock(mutex_);
  if (now >= earlier_.doubt_until || earlier_.until >= earlier_.doubt_until) return std::nullopt;
  earlier_.longest = earlier_.doubt_longest;
  earlier_.until = earlier_.doubt_until;
  return earlier_.until;
}

void LeaseRecord::Note(absl::Duration longest, bool ends_doubt) {
  if (noted_.back() == longest && !ends_doubt) return;
  commit::Group group;
  group.batch.server_values.push_back({kLongestLeaseName, EncodeLongestLease(longest)});
  if (ends_doubt) {
    group.batch.server_values.push_back(
        {kDoubtedLeaseName, EncodeLongestLease(absl::ZeroDuration())});
  }
  group.sync = true;
  group.completions.push_back([this](bool durable) {
    if (durable) OnNoted();
  });
  if (!submit_(std::move(group))) return;
  noted_.push_back(longest);
  doubt_noted_ &= !ends_doubt;
}

void LeaseRecord::OnNoted() {
  std::vector<Waiter> granted;
  {
    MutexLock lock(mutex_);
    noted_.pop_front();
    std::vector<Waiter> waiting;
    for (Waiter& waiter : waiters_) {
      (Covers(waiter.lease) ? granted : waiting).push_back(std::move(waiter));
    }
    waiters_ = std::move(waiting);
  }
  for (Waiter& waiter : granted) waiter.granted();
}

std::string EncodeLongestLease(absl::Duration lease) {
  return absl::StrCat(absl::ToInt64Milliseconds(absl::Ceil(lease, absl::Milliseconds(1))));
}

absl::Duration DecodeLongestLease(absl::string_view value) {
  uint64_t milliseconds = 0;
  return absl::SimpleAtoi(value, &milliseconds) ? absl::Milliseconds(milliseconds)
                                                : absl::ZeroDuration();
}

}  // namespace cache_invalidation::delivery
