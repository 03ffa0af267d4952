#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_QUEUE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_QUEUE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "client/connect/http/purge_set.h"
#include "client/position.h"

namespace cache_invalidation::connect {

// What one endpoint has to purge, now and again later, in bounded memory: what is added merges, and
// over the bound it widens. Pure, thread-compatible. Times are of Clock::Monotonic.
//
// Invariants:
//   1. Whatever was added is in the queue until it was purged after all delays.
//   2. Everything up to applied() has been. It only moves forward within an epoch.
//   3. What is new is taken before what is repeated.
class PurgeQueue {
 public:
  PurgeQueue(size_t max_keys, std::vector<absl::Duration> again_after,
             std::optional<client::Position> applied);

  // Adds what the events after the last position, up to this one, purge. It can be nothing.
  void Add(const PurgeSet& purges, const client::Position& position);

  // Takes a part of what is to be purged at `now`; nothing if there is none. REQUIRES: none is
  // taken.
  std::optional<PurgeSet> Take(absl::Duration now, size_t max_keys, size_t max_bytes);
  // Each ends what was taken: it is purged; it has to be taken again; the endpoint refuses it, so
  // everything has to be purged in its place.
  void Done(absl::Duration now);
  void PutBack();
  void Widen();

  // When something is to be purged; InfiniteDuration if nothing is.
  absl::Duration due() const;

  const std::optional<client::Position>& applied() const { return applied_; }
  const std::optional<client::Position>& latest() const { return latest_; }
  size_t size() const;  // without what is repeated
  size_t repeated_size() const;
  uint64_t widened() const { return widened_; }  // times

 private:
  struct Round {
    PurgeSet left = {};
    PurgeSet done = {};
    client::Position position = {};  // everything up to it is in this round or an earlier one
    size_t step = 0;                 // how often it was purged before
    absl::Duration first_due = {};
    absl::Duration due = {};
  };

  std::optional<Round>& Active();
  void StartRepeat(absl::Duration now);
  void Finish(absl::Duration now, Round round);
  void Repeat(absl::Duration now, Round round);
  void BoundRepeated();
  void Bound(PurgeSet& set);
  void AdvanceIfIdle();

  const size_t max_keys_;
  const std::vector<absl::Duration> again_after_;
  PurgeSet pending_;
  std::optional<Round> fresh_;              // pending_ before
  std::optional<Round> repeat_;             // the first of a deque of repeats_ before
  std::vector<std::deque<Round>> repeats_;  // for each delay, in the order of their time
  std::optional<PurgeSet> taken_;           // from Active()
  bool taken_from_fresh_ = false;
  std::optional<client::Position> latest_;
  std::optional<client::Position> applied_;
  uint64_t widened_ = 0;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_QUEUE_H_
